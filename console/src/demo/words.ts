/** The demonstration's words: a catalogue of its own, in the language of the console. */
import { Translator, type Values } from "@acd/ui/i18n.ts";
import { computed } from "@preact/signals";

import en from "../../locales/demo/en.json";
import fr from "../../locales/demo/fr.json";
import { locale } from "../state/settings.ts";

const words = computed(() => new Translator<typeof en>(locale.value, locale.value === "fr" ? fr : en));

export type Key = keyof typeof en;

export const t = (key: Key, values?: Values): string => words.value.t(key, values);
