// <p class="offline" hidden> is shown while the browser has no network, and after a request that got no answer.
export function network(): void {
  const show = (away: boolean): void => {
    const words = document.querySelector<HTMLElement>(".offline");
    if (words) words.hidden = !away;
  };
  addEventListener("offline", () => show(true));
  addEventListener("online", () => show(false));
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
  show(!navigator.onLine);
}
