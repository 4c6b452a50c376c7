// Light or dark, decided before the first paint: loaded in the head without defer. The reader's choice is kept on this
// device; 'auto', the default, follows the machine.
(() => {
  const root = document.documentElement;
  root.classList.add("js"); // what only a page without script needs is hidden
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const chosen = (): string => {
    try {
      return localStorage.getItem("fieldfare.theme") ?? "auto";
    } catch {
      return "auto"; // storage forbidden
    }
  };
  const apply = (): void => {
    const wish = chosen();
    root.dataset.themeChoice = wish;
    root.dataset.bsTheme = wish === "auto" ? (dark.matches ? "dark" : "light") : wish;
  };

  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply); // another tab chose
  addEventListener("fieldfare:theme", apply); // main.ts: a button was pressed
})();
