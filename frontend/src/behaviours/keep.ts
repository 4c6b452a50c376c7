// <textarea data-keep="comment-17"> survives a lost line and a reload: what was typed is kept in this tab until it was
// sent. Only for people's own words to each other, never for answers.
import { find } from "./find";

const key = (field: HTMLElement): string => `fieldfare.kept.${field.dataset.keep}`;

export function keeping(root: HTMLElement): void {
  for (const field of find<HTMLTextAreaElement>(root, "textarea[data-keep], input[data-keep]")) {
    field.value ||= sessionStorage.getItem(key(field)) ?? "";
    field.addEventListener("input", () => sessionStorage.setItem(key(field), field.value));
    const forget = (): void => sessionStorage.removeItem(key(field));
    field.form?.addEventListener("htmx:afterRequest", (event) => {
      if ((event as CustomEvent<{ successful: boolean }>).detail.successful) forget();
    });
    if (!field.form?.matches("[hx-post], [hx-put], [hx-patch]")) field.form?.addEventListener("submit", forget);
  }
}
