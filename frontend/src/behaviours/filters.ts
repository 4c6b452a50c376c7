// <button class="filter-open" aria-controls="filter-rest"> opens the rest of a filter on a phone, and says how many of its
// fields are in use.
import { near } from "./find";

export function filters(): void {
  document.addEventListener("click", (event) => {
    const button = near<HTMLButtonElement>(event, ".filter-open");
    if (button) button.ariaExpanded = String(button.ariaExpanded !== "true");
  });
  document.addEventListener("change", (event) => {
    const rest = near(event, ".filter-rest");
    const count = rest?.closest("form")?.querySelector<HTMLElement>(".filter-count");
    if (!rest || !count) return;
    const used = [...rest.querySelectorAll<HTMLInputElement>("[name]")].filter((field) => field.value).length;
    count.textContent = String(used);
    count.hidden = !used;
  });
}
