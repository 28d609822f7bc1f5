/** The console's words in the language chosen. Reading them in a component redraws it when the language changes. */
import { Translator, type PluralForms, type Values } from "@acd/ui/i18n.ts";
import { computed } from "@preact/signals";

import en from "../../locales/en.json";
import fr from "../../locales/fr.json";
import { locale } from "./settings.ts";

export type Key = keyof typeof en;
type Words = Record<Key, string | PluralForms>;

const CATALOGUES: Record<"en" | "fr", Words> = { en, fr };

export const words = computed(() => new Translator<Words>(locale.value, CATALOGUES[locale.value]));

export const t = (key: Key, values?: Values): string => words.value.t(key, values);

/** The text of a key made from data, such as a reason; what this build does not know is shown as it came. */
export function known(prefix: "reason" | "outcome" | "system" | "disposition", value: string, values?: Values): string {
  const key = `${prefix}.${value}`;
  return key in CATALOGUES[locale.value] ? words.value.t(key as Key, values) : value;
}

/** What a refusal means, by its code. */
export const errorText = (code: string, values?: Values): string => words.value.error(code, "error.other", values);
