/** What every part of the widget may use. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Translator, type Locale, type PluralForms } from "@acd/ui/i18n.ts";
import type { Signal } from "@preact/signals";

import en from "../locales/en.json";
import fr from "../locales/fr.json";
import type { ChatSession } from "./chat.ts";
import type { Memory } from "./memory.ts";
import type { Mount } from "./mount.ts";
import type { Site } from "./site.ts";

type Texts = Record<keyof typeof en, string | PluralForms>;
export type Words = Translator<Texts>;

const CATALOGUES: Record<Locale, Texts> = { en, fr };

export function words(locale: Locale): Words {
  return new Translator(locale, CATALOGUES[locale]);
}

export interface Widget {
  mount: Mount;
  words: Words;
  memory: Memory;
  chat: ChatSession;
  site: Signal<Site | null>;
  open: Signal<boolean>;
  /** What the visitor said about themselves, for the next form. */
  visitor: { name: string; email: string };
  /** Ask the server about the site again. */
  refresh: () => void;
}

export const WidgetContext = createContext<Widget | null>(null);

export function useWidget(): Widget {
  const widget = useContext(WidgetContext);
  if (!widget) throw new Error("outside of the widget");
  return widget;
}

/** A department's name in the reader's language. */
export function departmentName({ site, words: { locale } }: Widget, department: { id: string; name: string }): string {
  const known = site.value?.departments.find(({ id }) => id === department.id);
  return known?.name[locale] ?? department.name;
}
