// <button data-copy="text"> puts the text on the clipboard and says so in its own words: data-done="Copied".
import { near } from "./find";

export function copying(): void {
  document.addEventListener("click", async (event) => {
    const button = near<HTMLButtonElement>(event, "[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    const words = button.querySelector("[data-words]") ?? button;
    const before = words.textContent;
    words.textContent = button.dataset.done ?? before;
    setTimeout(() => (words.textContent = before), 2000);
  });

  // <button data-print> prints: the page's own print style does the rest.
  document.addEventListener("click", (event) => {
    if (near(event, "[data-print]")) print();
  });
}
