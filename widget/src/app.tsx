/** The application behind the launcher, and on the page of its own: draws into the shadow root it is given. */
import { render } from "preact";
import { computed, effect, signal } from "@preact/signals";
import { detectLocale } from "@acd/ui/i18n.ts";
import { WireError } from "@acd/ui/wire.ts";

import { ChatSession } from "./chat.ts";
import { WidgetContext, words, type Draft, type Widget } from "./context.ts";
import { dressLauncher } from "./launched.ts";
import { Memory } from "./memory.ts";
import type { Mount, Show } from "./mount.ts";
import { fetchSite, type Site } from "./site.ts";
import styles from "./styles.css?shadow";
import { Panel } from "./views/panel.tsx";

/** How often a visitor who is about to ask is shown what has become of the site. */
const AGAIN_MS = 20_000;

export function mount(options: Mount): Show {
  const { root, base, site: id } = options;
  const locale = detectLocale(options.locale, ...navigator.languages);
  (root.host as HTMLElement).lang = locale;
  (root.host as HTMLElement).dir = "ltr"; // of the widget's own words; each message has its own direction
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];

  const memory = new Memory(id);
  const chat = new ChatSession({ base, site: id, locale, memory });
  const site = signal<Site | null>(null);
  const open = signal(options.open);
  const refresh = (): void => {
    chat.refusal.value = null;
    fetchSite(base, id).then(
      (found) => (site.value = found),
      (error: unknown) => (chat.refusal.value = WireError.of(error)),
    );
  };
  /** Hours and lines change, and who answers calls comes and goes. */
  const keepUp = async (): Promise<void> => {
    if (site.value && !document.hidden) site.value = await fetchSite(base, id);
  };
  const draft = signal<Draft | null>(null);
  const visitor = { name: "", email: "", text: "" };

  const begun = computed(() => chat.chat.value !== null);
  chat.takeUp();
  effect(() => {
    if (!open.value) return;
    if (!(site.peek() && begun.value)) refresh();
    if (begun.value) return;
    const again = setInterval(() => void keepUp().catch(() => undefined), AGAIN_MS);
    return () => { clearInterval(again); };
  });
  effect(() => {
    const now = chat.chat.value;
    if (now?.agent || now?.diverted === "form") visitor.text = "";
  });
  effect(() => {
    if (!options.button && site.value) document.title = site.value.name;
  });
  effect(() => {
    const isOpen = open.value;
    const note = memory.note;
    if (note && note.open !== isOpen) memory.note = { ...note, open: isOpen };
  });

  void words(locale).then((found) => {
    const widget: Widget = { mount: options, words: found, memory, chat, site, open, draft, visitor, refresh };
    const place = document.createElement("div");
    place.className = "place-of-panel";
    root.append(place);
    render(
      <WidgetContext.Provider value={widget}>
        <Panel />
      </WidgetContext.Provider>,
      place,
    );
    if (options.button) dressLauncher(options.button, widget);
  });
  return () => (open.value = true);
}
