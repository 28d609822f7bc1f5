/** The words of the agent's devices, in the language of the console. */
import { Translator, type Values } from "@acd/ui/i18n.ts";
import { WireError } from "@acd/ui/wire.ts";
import { computed } from "@preact/signals";

import en from "../../locales/devices/en.json";
import fr from "../../locales/devices/fr.json";
import { locale } from "../state/settings.ts";

type Key = keyof typeof en;

export const words = computed(() => new Translator<typeof en>(locale.value, locale.value === "fr" ? fr : en));

export const t = (key: Key, values?: Values): string => words.value.t(key, values);

/** What went wrong, for people. */
export function said(thrown: unknown): string {
  const { code } = WireError.of(thrown);
  const key = `error.${code}`;
  return key in en ? t(key as Key) : t("error.other", { code });
}
