// <button data-opens="id"> opens <dialog id>, <button data-closes> closes the one it is in; a tap beside it does too.
import { near } from "./find";

export function dialogues(): void {
  document.addEventListener("click", (event) => {
    const opener = near(event, "[data-opens]");
    if (opener) {
      event.preventDefault();
      const dialog = document.getElementById(opener.dataset.opens ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
      return;
    }
    const inside = near<HTMLDialogElement>(event, "dialog");
    if (inside && (near(event, "[data-closes]") || event.target === inside)) inside.close();
  });
}
