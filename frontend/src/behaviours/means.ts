// The frame of a photo in the photo's own mean colour until it is there; one that does not come is marked.
import { find } from "./find";

export function means(root: HTMLElement): void {
  for (const frame of find(root, "[data-mean]")) {
    if (/^#[0-9a-f]{6}$/i.test(frame.dataset.mean ?? "")) frame.style.backgroundColor = frame.dataset.mean ?? "";
  }
  for (const image of find<HTMLImageElement>(root, ".photo img")) {
    image.addEventListener("error", () => image.classList.add("is-missing"), { once: true });
  }
}
