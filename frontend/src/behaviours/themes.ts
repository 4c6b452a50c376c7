// <button data-theme="light|dark|auto">: the choice is kept on this device, and theme.ts applies it.
import { near } from "./find";

export function themes(): void {
  const mark = (): void => {
    for (const button of document.querySelectorAll<HTMLElement>("button[data-theme]")) {
      const holds = button.dataset.theme === document.documentElement.dataset.themeChoice;
      button.setAttribute("aria-pressed", String(holds));
    }
  };
  document.addEventListener("click", (event) => {
    const button = near(event, "button[data-theme]");
    if (!button) return;
    try {
      localStorage.setItem("fieldfare.theme", button.dataset.theme ?? "auto");
    } catch {
      return; // storage forbidden: the machine's wish holds
    }
    dispatchEvent(new Event("fieldfare:theme"));
    mark();
  });
  mark();
}
