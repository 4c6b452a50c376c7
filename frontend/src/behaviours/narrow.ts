// <input type="search" data-narrows="id"> leaves of the list with that id only the lines that hold all the words typed;
// what is ticked always stays in sight.
export function narrowing(): void {
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.dataset.narrows) return;
    const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const line of document.getElementById(input.dataset.narrows)?.children ?? []) {
      const text = line.textContent?.toLocaleLowerCase() ?? "";
      const ticked = line.querySelector<HTMLInputElement>("input")?.checked ?? false;
      (line as HTMLElement).hidden = !ticked && !words.every((word) => text.includes(word));
    }
  });
}
