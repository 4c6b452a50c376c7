// icons.svg: the icons that pages use, out of Bootstrap Icons, as one file of symbols:
// <svg class="icon" aria-hidden="true"><use href="…/icons.svg#camera"></use></svg>
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** Name in our pages -> name in Bootstrap Icons. A new icon is a new row. */
const ICONS: Record<string, string> = {
  add: "plus-lg",
  area: "diagram-3",
  back: "chevron-left",
  camera: "camera",
  check: "check-lg",
  clock: "clock",
  close: "x-lg",
  comment: "chat-left-text",
  copy: "copy",
  download: "download",
  edit: "pencil",
  external: "box-arrow-up-right",
  eye: "eye",
  file: "file-earmark-spreadsheet",
  filter: "funnel",
  flag: "flag",
  form: "ui-checks",
  gallery: "grid",
  history: "clock-history",
  home: "house",
  household: "house-door",
  key: "key",
  language: "translate",
  list: "list-ul",
  lock: "lock",
  logout: "box-arrow-right",
  map: "geo-alt",
  menu: "list",
  more: "three-dots",
  next: "chevron-right",
  people: "people",
  person: "person",
  phone: "phone",
  print: "printer",
  qr: "qr-code",
  reject: "x-lg",
  search: "search",
  settings: "gear",
  table: "table",
  theme: "circle-half",
  trash: "trash",
  undo: "arrow-counterclockwise",
  upload: "upload",
  warning: "exclamation-triangle",
};

export function icons(): Plugin {
  return {
    name: "fieldfare-icons",
    generateBundle() {
      const symbols = Object.entries(ICONS).map(([name, theirs]) => symbol(name, theirs));
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
      const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
      this.emitFile({ type: "asset", fileName: `icons-${hash}.svg`, source });
      const favicon = readFileSync(fileURLToPath(new URL("../src/favicon.svg", import.meta.url)), "utf8");
      this.emitFile({ type: "asset", name: "favicon.svg", source: favicon });
    },
  };
}

function symbol(name: string, theirs: string): string {
  const url = new URL(`../node_modules/bootstrap-icons/icons/${theirs}.svg`, import.meta.url);
  const drawing = readFileSync(fileURLToPath(url), "utf8");
  const inside = drawing.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim();
  return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${inside}</symbol>`;
}
