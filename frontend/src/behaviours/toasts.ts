// <div class="toast" data-seconds="10"> goes when its time is up; the time stands still while it is looked at. The end is
// the end of its own animation, so that what one sees running out is what runs out. Toasts stand above the bar of a page,
// however high that is: --bar is how far its upper edge lies from the screen's end.
import { find } from "./find";

function aboveTheBar(): void {
  const bar = document.querySelector(".action-bar");
  const from = bar ? innerHeight - bar.getBoundingClientRect().top : 0;
  const near = from > 0 && from < innerHeight / 2; // a bar further up is in nobody's way
  document.getElementById("toasts")?.style.setProperty("--bar", near ? `${Math.ceil(from)}px` : "0px");
}

export function toasts(root: HTMLElement): void {
  const found = find(root, ".toast[data-seconds]");
  for (const toast of found) {
    toast.style.setProperty("--toast-seconds", `${Number(toast.dataset.seconds) || 10}s`);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) setTimeout(() => toast.remove(), 1000 * (Number(toast.dataset.seconds) || 10));
    else toast.addEventListener("animationend", () => toast.remove());
  }
  if (!found.length) return;
  aboveTheBar();
  addEventListener("scroll", aboveTheBar, { passive: true });
  addEventListener("resize", aboveTheBar);
}
