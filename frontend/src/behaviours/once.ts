// A form of method post is sent once: a second tap before its answer is here does nothing, and its button is aria-busy.
// What is refused on the way (no network, a field that is not right) was not sent. data-downloads, on a form or one of its
// buttons, gets a file for an answer: the page stays, nothing tells that it came, and it may be sent as often as one likes.

type Sending = { elt: Element; requestConfig: { triggeringEvent?: SubmitEvent }; xhr: XMLHttpRequest };

export function once(): void {
  const sent = new Map<Element, HTMLElement | null | undefined>(); // with the button that each was sent by

  const begin = (form: Element, button?: HTMLElement | null): void => {
    sent.set(form, button);
    button?.setAttribute("aria-busy", "true");
  };
  const end = (form: Element): void => {
    sent.get(form)?.removeAttribute("aria-busy");
    sent.delete(form);
  };

  document.addEventListener(
    "submit",
    (event) => {
      if (!sent.has(event.target as Element)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  // Last of all that hear of it: what somebody took over or refused on the way is not on its way out.
  addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post") return;
    if ((event.submitter ?? form).closest("[data-downloads]")) return;
    begin(form, event.submitter);
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    const { elt, requestConfig } = (event as CustomEvent<Sending>).detail;
    if (elt.matches("form[hx-post]")) begin(elt, requestConfig.triggeringEvent?.submitter);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = (event as CustomEvent<Sending>).detail;
    if (!xhr.getResponseHeader("HX-Redirect")) end(elt); // else the page is being left
  });
  // Where the sending was stopped the page stays: what is changed then may be sent.
  document.addEventListener("input", (event) => {
    const form = (event.target as HTMLInputElement).form;
    if (form) end(form);
  });
  // Shown again by the way back, as it was left.
  addEventListener("pageshow", () => {
    for (const form of [...sent.keys()]) end(form);
  });
}
