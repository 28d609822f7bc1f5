/** The console's words in the language chosen. Reading them in a component redraws it when the language changes. */
import { Translator, type Locale, type PluralForms, type Values } from "@acd/ui/i18n.ts";
import { insist } from "@acd/ui/insist.ts";
import { signal, type ReadonlySignal } from "@preact/signals";

import type en from "../../locales/en.json";
import { locale } from "./settings.ts";

export type Key = keyof typeof en;
type Words = Record<Key, string | PluralForms>;

/** A file a language: nobody downloads the one they do not read. */
const CATALOGUES: Record<Locale, () => Promise<{ default: Words }>> = {
  en: () => import("../../locales/en.json"),
  fr: () => import("../../locales/fr.json"),
};

const spoken = signal(new Translator<Words>(locale.peek(), {} as Words));

export const words: ReadonlySignal<Translator<Words>> = spoken;

/** Called once by each page: draws it when there are words, which follow the language from then on. */
export function speak(draw: () => void): void {
  let first = true;
  locale.subscribe((wanted) => {
    void insist(CATALOGUES[wanted]).then(({ default: catalogue }) => {
      if (wanted !== locale.peek()) return; // another one was chosen meanwhile
      spoken.value = new Translator(wanted, catalogue);
      if (first) draw();
      first = false;
    });
  });
}

export const t = (key: Key, values?: Values): string => words.value.t(key, values);

/** The text of a key made from data, such as a reason; what this build does not know is shown as it came. */
export const known = (prefix: "reason" | "outcome" | "system" | "disposition", value: string, values?: Values): string =>
  words.value.known(`${prefix}.${value}`, values) ?? value;

/** Whoever withholds their number may have no name either. */
export const nameOf = ({ name }: { name: string }): string => name || t("contact.nameless");

/** The same within a sentence. */
export const nameWithin = ({ name }: { name: string }): string => name || t("contact.nameless_within");

/** What a refusal means, by its code. */
export const errorText = (code: string, values?: Values): string => words.value.error(code, "error.other", values);
