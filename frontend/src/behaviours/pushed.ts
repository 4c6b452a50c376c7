// What a thumb pushes along says where it goes on: .topbar-nav and .filter-bar get data-more="start", "end" or both,
// and fade at that edge.
export function pushed(root: HTMLElement): void {
  for (const strip of root.querySelectorAll<HTMLElement>(".topbar-nav, .filter-bar")) {
    const look = (): void => {
      const at = Math.abs(strip.scrollLeft); // from the right it counts below zero
      const rest = strip.scrollWidth - strip.clientWidth - at;
      const more = [at > 2 ? "start" : "", rest > 2 ? "end" : ""].filter(Boolean).join(" ");
      if (more) strip.dataset.more = more;
      else delete strip.dataset.more;
    };
    strip.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(strip);
    look();
  }
}
