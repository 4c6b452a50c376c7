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

  // On a phone the tab one is at may lie beyond the edge.
  document.querySelector(".topbar-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}
