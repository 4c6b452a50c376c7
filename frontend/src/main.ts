// What pages do in the browser beside htmx. Every page works without it, only less comfortably: each behaviour looks for
// its own data-attribute, and is told again of what htmx brings in.
import htmx from "htmx.org";

import { copying } from "./behaviours/copy";
import { dialogues } from "./behaviours/dialogues";
import { dropping } from "./behaviours/drop";
import { filters } from "./behaviours/filters";
import { keeping } from "./behaviours/keep";
import { keys } from "./behaviours/keys";
import { maps } from "./behaviours/maps";
import { means } from "./behaviours/means";
import { menus } from "./behaviours/menus";
import { narrowing } from "./behaviours/narrow";
import { network } from "./behaviours/network";
import { once } from "./behaviours/once";
import { pushed } from "./behaviours/pushed";
import { themes } from "./behaviours/themes";
import { times } from "./behaviours/times";
import { toasts } from "./behaviours/toasts";
import { viewer } from "./behaviours/viewer";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
htmx.config.includeIndicatorStyles = false; // ours are in style.css, and no <style> is needed from the page's policy
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // nothing of what people answered is left in the browser's storage
// A refused form comes back with its errors in it and is shown; only what has no page of ours is not.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

// A form that is sent in its place shows any page of ours that comes back, refusals too; what is not ours is not shown.
document.addEventListener("htmx:beforeSwap", (event) => {
  type Answer = { requestConfig: { elt: Element }; shouldSwap: boolean; xhr: XMLHttpRequest };
  const { detail } = event as CustomEvent<Answer>;
  if (detail.xhr.status < 400 || !detail.requestConfig.elt.matches("form[hx-post]")) return;
  detail.shouldSwap = detail.xhr.responseText.includes('id="main"');
});

document.addEventListener("htmx:configRequest", (event) => {
  // A filter's address says what was chosen and nothing else.
  if (event.target instanceof HTMLElement && event.target.matches(".filter-bar")) {
    const { parameters } = (event as CustomEvent<{ parameters: Record<string, unknown> }>).detail;
    for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
  }
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["X-CSRF-Token"] = token;
});

// Once for the page: these listen at the document.
for (const behaviour of [copying, dialogues, dropping, filters, keys, menus, narrowing, network, once, themes, viewer]) {
  behaviour();
}

// For what is there now, and for all that htmx puts in later.
htmx.onLoad((element) => {
  const inside = element as HTMLElement;
  for (const behaviour of [keeping, maps, means, pushed, times, toasts]) behaviour(inside);
});
