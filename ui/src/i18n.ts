/**
 * Words and formats in French and English. An application brings one catalogue a language, with the same keys;
 * the keys are types, so a misspelt one does not compile.
 */

export const LOCALES = ["en", "fr"] as const;
export type Locale = (typeof LOCALES)[number];

/** One text a plural category of the language, chosen by `count` (or by rank, see `ordinal`). */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Catalogue = Record<string, string | PluralForms>;
export type Values = Record<string, string | number>;

/** The first wish this product speaks ("fr-CA" is French); English if none is spoken. */
export function detectLocale(...wishes: readonly (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    const language = wish?.slice(0, 2).toLowerCase();
    const spoken = LOCALES.find((locale) => locale === language);
    if (spoken) return spoken;
  }
  return "en";
}

/** A region the reader set for this language decides between 14:02 and 2:02 pm. */
function regional(locale: Locale): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(locale)) ?? locale;
}

export class Translator<C extends Catalogue> {
  readonly locale: Locale;
  readonly #words: C;
  readonly #region: string;
  readonly #plural: Intl.PluralRules;
  readonly #ordinal: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;
  readonly #time: Intl.DateTimeFormat;

  constructor(locale: Locale, words: C) {
    this.locale = locale;
    this.#words = words;
    this.#region = regional(locale);
    this.#plural = new Intl.PluralRules(locale);
    this.#ordinal = new Intl.PluralRules(locale, { type: "ordinal" });
    this.#number = new Intl.NumberFormat(this.#region);
    this.#time = new Intl.DateTimeFormat(this.#region, { hour: "2-digit", minute: "2-digit" });
  }

  /** The text of `key`, its {placeholders} filled; `count` picks the plural form. */
  readonly t = (key: keyof C & string, values: Values = {}): string =>
    this.#fill(key, values, this.#plural, values.count);

  /** The text of `key` in the form ranks take: 1st, 2nd, 3rd, 4th. */
  readonly ordinal = (key: keyof C & string, rank: number): string =>
    this.#fill(key, { rank }, this.#ordinal, rank);

  /** The text of a key made at run time, such as `event.<code>`; null for one this build does not know. */
  readonly known = (key: string, values: Values = {}): string | null =>
    key in this.#words ? this.t(key, values) : null;

  /** The text for an error's stable code, or `fallback` for one this build does not know. */
  readonly error = (code: string, fallback: keyof C & string, values: Values = {}): string =>
    this.known(`error.${code}`, { code, ...values }) ?? this.t(fallback, { code, ...values });

  readonly number = (value: number): string => this.#number.format(value);

  /** The hour and minute of a moment (ms since the epoch), on the reader's clock. */
  readonly time = (atMs: number): string => this.#time.format(atMs);

  /** The day of a moment, as people say it: today, yesterday, Tuesday 11 March. */
  readonly day = (atMs: number, nowMs: number): string => {
    const days = Math.round((midnight(atMs) - midnight(nowMs)) / 86_400_000);
    if (days === 0 || days === -1) {
      return new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" }).format(days, "day");
    }
    return new Intl.DateTimeFormat(this.#region, { weekday: "long", day: "numeric", month: "long" }).format(atMs);
  };

  #fill(key: keyof C & string, values: Values, rules: Intl.PluralRules, count: Values[string] | undefined): string {
    const entry: string | PluralForms = this.#words[key] ?? key;
    const form = typeof count === "number" ? rules.select(count) : "other";
    const text = typeof entry === "object" ? (entry[form] ?? entry.other) : entry;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? this.#number.format(value) : (value ?? whole);
    });
  }
}

function midnight(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}
