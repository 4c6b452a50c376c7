// Photos one after the other in <dialog class="viewer">: links with data-view open in it, each group (data-view="name")
// by itself. Without script they lead to the picture. A tap shows it close, arrows and swipes go on.
//
// <dialog class="viewer" id="viewer"> <div class="viewer-head"> <p class="viewer-says"></p> <button data-closes> </div>
//   <div class="viewer-stage"><img alt=""></div>
//   <div class="viewer-foot"> <button data-step="-1"> … <a data-original> … <button data-step="1"> </div> </dialog>
import { near } from "./find";

export function viewer(): void {
  let group: HTMLAnchorElement[] = [];
  let at = 0;
  const dialog = (): HTMLDialogElement | null => document.querySelector<HTMLDialogElement>("dialog.viewer");

  const show = (number: number): void => {
    const frame = dialog();
    const link = group[number];
    const image = frame?.querySelector<HTMLImageElement>(".viewer-stage img");
    if (!frame || !link || !image) return;
    at = number;
    frame.querySelector(".viewer-stage")?.classList.remove("is-close");
    image.src = link.href;
    image.alt = link.querySelector("img")?.alt ?? "";
    const says = link.parentElement?.querySelector(".photo-says")?.textContent ?? "";
    const words = frame.querySelector(".viewer-says");
    if (words) words.textContent = `${at + 1}/${group.length}  ${says}`.trim();
    const original = frame.querySelector<HTMLAnchorElement>("a[data-original]");
    if (original) {
      original.href = link.dataset.original ?? link.href;
      original.hidden = !link.dataset.original;
    }
    for (const button of frame.querySelectorAll<HTMLButtonElement>("[data-step]")) {
      button.disabled = !group[at + Number(button.dataset.step)];
    }
  };

  document.addEventListener("click", (event) => {
    const link = near<HTMLAnchorElement>(event, "a[data-view]");
    const mouse = event as MouseEvent;
    if (link && dialog() && !mouse.ctrlKey && !mouse.metaKey && !mouse.shiftKey) {
      event.preventDefault();
      const name = CSS.escape(link.dataset.view ?? "");
      group = [...document.querySelectorAll<HTMLAnchorElement>(`a[data-view="${name}"]`)];
      dialog()?.showModal();
      show(group.indexOf(link));
      return;
    }
    const step = near(event, ".viewer [data-step]");
    if (step) show(at + Number(step.dataset.step));
    if (near(event, ".viewer-stage img")) dialog()?.querySelector(".viewer-stage")?.classList.toggle("is-close");
  });

  document.addEventListener("keydown", (event) => {
    if (!dialog()?.open) return;
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") show(at + (event.key === forward ? 1 : -1));
  });

  let began: Touch | undefined;
  document.addEventListener("touchstart", (event) => (began = event.touches.length === 1 ? event.touches[0] : undefined), {
    passive: true,
  });
  document.addEventListener("touchend", (event) => {
    const end = event.changedTouches[0];
    const stage = near(event, ".viewer-stage");
    if (!stage || !began || !end || stage.matches(".is-close") || (visualViewport?.scale ?? 1) > 1.05) return;
    const along = end.clientX - began.clientX;
    if (Math.abs(along) > 60) show(at + (along < 0 === (document.documentElement.dir !== "rtl") ? 1 : -1));
  });
}
