// <textarea data-keep="comment-17" data-stands="#history blockquote"> survives a lost line, the end of a session and a
// reload: what was typed is kept in this tab until it stands on the page, where data-stands says. That it was sent is no
// proof: nothing may have come of it. Only for people's own words to each other, never for answers.
import { find } from "./find";

const PREFIX = "fieldfare.kept.";

const said = (words: string | null): string => (words ?? "").replace(/\s+/g, " ").trim();

export function keeping(root: HTMLElement): void {
  for (const field of find<HTMLTextAreaElement>(root, "textarea[data-keep], input[data-keep]")) {
    const key = PREFIX + field.dataset.keep;
    const kept = sessionStorage.getItem(key) ?? "";
    const standing = field.dataset.stands ? [...document.querySelectorAll(field.dataset.stands)] : [];
    if (kept && standing.some((one) => said(one.textContent) === said(kept))) sessionStorage.removeItem(key);
    else field.value ||= kept;
    field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  }
  // Whoever signs out leaves no words to the next one at this browser.
  for (const form of find<HTMLFormElement>(root, "form[data-forgets]")) {
    form.addEventListener("submit", () => {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
    });
  }
}
