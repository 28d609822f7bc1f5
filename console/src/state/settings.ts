/** What a person chose on this device; other tabs, and the console inside the demo, follow at once. */
import { detectLocale, type Locale } from "@acd/ui/i18n.ts";
import { effect, signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const PREFIX = "acd.console.";

function stored(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null; // storage may be forbidden; choices then last as long as the page
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // as above
  }
}

const asTheme = (value: string | null): Theme => (value === "light" || value === "dark" ? value : "system");
const wishes = (): (string | null)[] => [new URLSearchParams(location.search).get("locale"), stored("locale")];

export const theme = signal<Theme>(asTheme(stored("theme")));
export const locale = signal<Locale>(detectLocale(...wishes(), ...navigator.languages));
/** When the sound was last tried out here (ms), or 0. */
export const soundTestedMs = signal(Number(stored("sound")) || 0);
/** Whether `?` alone opens the help; WCAG 2.1.4 wants single keys to have a switch. */
export const singleKeys = signal(stored("single_keys") !== "off");
/** What has been done once on this device: the demo's checklist reads it. */
export const firsts = signal<ReadonlySet<string>>(new Set((stored("firsts") ?? "").split(" ").filter(Boolean)));

/** True once the person chose a language themselves; until then their account's counts. */
export const hasChosenLocale = (): boolean => wishes().some(Boolean);

export function chooseTheme(value: Theme): void {
  theme.value = value;
  store("theme", value);
}

export function chooseLocale(value: Locale): void {
  locale.value = value;
  store("locale", value);
}

export function soundTested(atMs: number): void {
  soundTestedMs.value = atMs;
  store("sound", String(atMs));
}

export function chooseSingleKeys(on: boolean): void {
  singleKeys.value = on;
  store("single_keys", on ? "on" : "off");
}

export function done(first: string): void {
  if (firsts.value.has(first)) return;
  firsts.value = new Set([...firsts.value, first]);
  store("firsts", [...firsts.value].join(" "));
}

export function forgetFirsts(): void {
  firsts.value = new Set();
  store("firsts", "");
}

/** Keeps the document and the other tabs in step. Called once by each page. */
export function applySettings(): void {
  effect(() => {
    document.documentElement.lang = locale.value;
  });
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme.value);
  });
  addEventListener("storage", ({ key, newValue }) => {
    if (key === `${PREFIX}theme`) theme.value = asTheme(newValue);
    if (key === `${PREFIX}locale` && newValue) locale.value = detectLocale(newValue);
    if (key === `${PREFIX}sound`) soundTestedMs.value = Number(newValue) || 0;
    if (key === `${PREFIX}single_keys`) singleKeys.value = newValue !== "off";
    if (key === `${PREFIX}firsts`) firsts.value = new Set((newValue ?? "").split(" ").filter(Boolean));
  });
}
