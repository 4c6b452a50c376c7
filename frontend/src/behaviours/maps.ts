// <div class="map" data-map> is drawn when it comes near the screen; only then is the map's code loaded.
import { find } from "./find";

export function maps(root: HTMLElement): void {
  const found = find(root, "[data-map]");
  if (!found.length) return;
  const watch = new IntersectionObserver(
    async (entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        watch.unobserve(entry.target);
        const { draw } = await import("../map");
        draw(entry.target as HTMLElement);
      }
    },
    { rootMargin: "200px" },
  );
  for (const frame of found) watch.observe(frame);
}
