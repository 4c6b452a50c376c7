// Keys for everything on a desk, a swipe for the next one on a phone. <a data-key="j"> is what J does;
// <main data-swipe> makes a swipe follow the links rel="next" and rel="prev" in it.

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const wanted = CSS.escape(event.key.toLowerCase());
    const element = document.querySelector<HTMLElement>(`[data-key="${wanted}"]:not([disabled])`);
    if (!element) return;
    event.preventDefault();
    if (element.matches("input, textarea, select")) element.focus();
    else element.click();
  });

  let start: Touch | undefined;
  document.addEventListener("touchstart", (event) => (start = event.touches.length === 1 ? event.touches[0] : undefined), {
    passive: true,
  });
  document.addEventListener("touchend", (event) => {
    const end = event.changedTouches[0];
    const began = start;
    start = undefined;
    if (!began || !end || !(event.target instanceof Element)) return;
    const page = event.target.closest("[data-swipe]");
    // What scrolls sideways by itself keeps its swipes.
    if (!page || event.target.closest(".photos, .table-frame, .filter-bar, .map, dialog, input, textarea")) return;
    const along = end.clientX - began.clientX;
    if (Math.abs(along) < 80 || Math.abs(along) < 3 * Math.abs(end.clientY - began.clientY)) return;
    const forward = document.documentElement.dir === "rtl" ? along > 0 : along < 0;
    page.querySelector<HTMLElement>(forward ? 'a[rel~="next"]' : 'a[rel~="prev"]')?.click();
  });
}
