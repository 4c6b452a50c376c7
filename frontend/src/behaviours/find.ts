// The element itself and all below it that fit: what htmx brings in may itself be the one that is looked for.
export function find<T extends HTMLElement>(root: HTMLElement, selector: string): T[] {
  const below = [...root.querySelectorAll<T>(selector)];
  return root.matches(selector) ? [root as T, ...below] : below;
}

// The nearest element at or above where an event began.
export function near<T extends HTMLElement>(event: Event, selector: string): T | null {
  return event.target instanceof Element ? event.target.closest<T>(selector) : null;
}
