// <time datetime="2026-11-24T10:02:00Z" data-relative>24 Nov 10:02</time> reads 'two hours ago', in the page's language;
// the exact words it came with stand in its title and come back on a tap.
import { find } from "./find";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function relative(then: Date, now: Date, language: string): string {
  const seconds = (then.getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat(language || "en", { numeric: "auto" });
  const [unit, length] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? ["minute", 60];
  return words.format(Math.trunc(seconds / length), unit);
}

export function times(root: HTMLElement): void {
  for (const element of find<HTMLTimeElement>(root, "time[data-relative]")) {
    const then = new Date(element.dateTime);
    if (Number.isNaN(then.getTime()) || element.title) continue;
    const exact = element.textContent?.trim() ?? "";
    const write = (): void => {
      element.textContent = relative(then, new Date(), document.documentElement.lang);
    };
    element.title = exact;
    element.addEventListener("click", () => {
      element.textContent = element.textContent === exact ? relative(then, new Date(), document.documentElement.lang) : exact;
    });
    write();
    const timer = setInterval(() => (element.isConnected ? write() : clearInterval(timer)), 60_000);
  }
}
