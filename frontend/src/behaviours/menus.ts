// <details class="menu"> closes when one taps beside it, presses Escape, or opens another.
import { near } from "./find";

export function menus(): void {
  const close = (but: Element | null): void => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (menu !== but) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(near(event, "details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector<HTMLDetailsElement>("details.menu[open]");
    close(null);
    open?.querySelector("summary")?.focus();
  });

  // On a phone the tab one is at may lie beyond the edge. Only the row of tabs is moved: the page may already
  // stand at a field that has the focus.
  const here = document.querySelector(".topbar-nav [aria-current]");
  const tabs = here?.closest(".topbar-nav");
  if (here && tabs) {
    const [tab, row] = [here.getBoundingClientRect(), tabs.getBoundingClientRect()];
    tabs.scrollLeft += tab.left + tab.width / 2 - (row.left + row.width / 2);
  }
}
