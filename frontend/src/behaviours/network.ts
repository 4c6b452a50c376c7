// <p class="offline" hidden> is shown while the browser has no network, and after a request that got no answer. A form is
// not sent then: the browser would put its own page in place of ours, and what was typed would be gone with it.

/** A server on this very machine needs no network to be reached. */
const here = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
const away = (): boolean => !navigator.onLine && !here;

export function network(): void {
  const show = (shown: boolean): void => {
    const words = document.querySelector<HTMLElement>(".offline");
    if (!words) return;
    words.hidden = !shown;
    if (shown) (document.querySelector("dialog[open]") ?? document.body).prepend(words); // where one is looking
  };
  addEventListener("offline", () => show(away()));
  addEventListener("online", () => show(false));
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
  document.addEventListener(
    "submit",
    (event) => {
      if (!away()) return;
      event.preventDefault();
      event.stopPropagation(); // nor does anything else take it for sent
      show(true);
    },
    { capture: true },
  );
  show(away());
}
