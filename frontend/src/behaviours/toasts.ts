// <div class="toast" data-seconds="10"> goes when its time is up; the time stands still while it is looked at. The end is
// the end of its own animation, so that what one sees running out is what runs out.
import { find } from "./find";

export function toasts(root: HTMLElement): void {
  for (const toast of find(root, ".toast[data-seconds]")) {
    toast.style.setProperty("--toast-seconds", `${Number(toast.dataset.seconds) || 10}s`);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) setTimeout(() => toast.remove(), 1000 * (Number(toast.dataset.seconds) || 10));
    else toast.addEventListener("animationend", () => toast.remove());
  }
}
