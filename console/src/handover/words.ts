/** The words of what changes hands: a catalogue of its own, in the language of the console. */
import { Translator, type Values } from "@acd/ui/i18n.ts";
import { computed } from "@preact/signals";

import en from "../../locales/handover/en.json";
import fr from "../../locales/handover/fr.json";
import { locale } from "../state/settings.ts";

const words = computed(() => new Translator<typeof en>(locale.value, locale.value === "fr" ? fr : en));

export const t = (key: keyof typeof en, values?: Values): string => words.value.t(key, values);
