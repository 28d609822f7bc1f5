/** What every part of the widget may use. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Translator, type Locale, type PluralForms } from "@acd/ui/i18n.ts";
import { insist } from "@acd/ui/insist.ts";
import type { Signal } from "@preact/signals";

import type en from "../locales/en.json";
import type { ChatSession } from "./chat.ts";
import type { Memory } from "./memory.ts";
import type { Mount } from "./mount.ts";
import type { FormKind, Site } from "./site.ts";

type Texts = Record<keyof typeof en, string | PluralForms>;
export type Words = Translator<Texts>;

/** A file a language: nobody downloads the one they do not read. */
const CATALOGUES: Record<Locale, () => Promise<{ default: Texts }>> = {
  en: () => import("../locales/en.json"),
  fr: () => import("../locales/fr.json"),
};

export const words = async (locale: Locale): Promise<Words> => new Translator(locale, (await insist(CATALOGUES[locale])).default);

/** A form that somebody has begun to fill in: it stays, whatever becomes of the site. */
export interface Draft {
  kind: FormKind;
  /** The id of what they chose, or left as it stood. */
  department: string;
}

export interface Widget {
  mount: Mount;
  words: Words;
  memory: Memory;
  chat: ChatSession;
  site: Signal<Site | null>;
  open: Signal<boolean>;
  draft: Signal<Draft | null>;
  /** What the visitor said about themselves, for the next form; and about what, until somebody has it. */
  visitor: { name: string; email: string; text: string };
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
