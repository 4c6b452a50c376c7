// <form data-drop> around <div class="drop"> and a file input: a file dropped anywhere on the page goes into the input,
// and the form is sent at once, as it is when a file is chosen there or in a <form data-send>.
export function dropping(): void {
  const form = (): HTMLFormElement | null => document.querySelector("form[data-drop]");
  const mark = (over: boolean): void => {
    document.querySelector("[data-drop] .drop")?.classList.toggle("is-over", over);
  };
  const send = (to: HTMLFormElement): void => {
    mark(false);
    to.requestSubmit();
    to.classList.add("is-sent"); // reading a long sheet takes seconds
  };
  window.addEventListener("pageshow", () => form()?.classList.remove("is-sent"));

  document.addEventListener("dragover", (event) => {
    if (!form() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false); // left the window, not merely one element of it
  });
  document.addEventListener("drop", (event) => {
    const to = form();
    const files = event.dataTransfer?.files;
    const input = to?.querySelector<HTMLInputElement>('input[type="file"]');
    if (!to || !input || !files?.length) return;
    event.preventDefault();
    input.files = files;
    send(to);
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    const to = input instanceof HTMLInputElement && input.type === "file" ? input.closest("form") : null;
    if (to?.matches("[data-drop], [data-send]")) send(to);
  });
}
