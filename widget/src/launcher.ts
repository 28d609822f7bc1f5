/**
 * The script a site includes: a button, and nothing else until it is pressed. Only where this visitor has started a
 * chat before (the application left a note in this site's storage) does it load the application by itself: their
 * place in the line lives with the connection.
 *
 *   <script async src="https://…/widget.js" data-site="shop"></script>
 *
 * data-locale: the language, where the page's own is not the one to use. data-theme: light or dark, where the page's
 * colour scheme does not say it. data-target: a selector; the widget lives in that element instead of the body.
 */
import type { Mount, Show } from "./mount.ts";

interface App {
  mount: (mount: Mount) => Show;
}

/** Path of the application's module under widget/, put in by the build. */
declare const __APP__: string;

const FRENCH = ["Une question\u202f?", "Réessayer"] as const;
const ENGLISH = ["Any questions?", "Try again"] as const;

// "all: initial" keeps the page's own type and colours out; the colour scheme is the page's on purpose
const CSS = `:host{all:initial;color-scheme:inherit}
:host([data-theme=light]){color-scheme:light}:host([data-theme=dark]){color-scheme:dark}
#acd{position:fixed;z-index:2147483000;right:24px;bottom:24px;display:inline-flex;align-items:center;gap:8px;height:48px;max-width:calc(100% - 32px);padding:0 24px 0 20px;border:0;border-radius:24px;background:light-dark(#1f5f7a,#7cc0dc);color:light-dark(#fff,#10181d);font:500 15px/1 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;box-shadow:0 0 0 1px light-dark(rgb(28 37 48/.08),rgb(230 235 240/.1)),0 8px 28px light-dark(rgb(28 37 48/.14),rgb(0 0 0/.5));cursor:pointer}
#acd:hover{background:color-mix(in srgb,light-dark(#1f5f7a,#7cc0dc),light-dark(#1c2530,#e6ebf0) 14%)}
#acd:focus-visible{outline:2px solid light-dark(#1f5f7a,#7cc0dc);outline-offset:2px}
#acd[aria-busy]{cursor:progress}
[hidden]{display:none!important}
#acd svg{flex:none;width:20px;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
#acd span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:20px}
#acd i{flex:none;min-width:10px;padding:4px;border-radius:9px;background:light-dark(#fff,#10181d);color:light-dark(#1f5f7a,#7cc0dc);font:600 12px/10px system-ui,sans-serif;text-align:center}
@media(max-width:719px){#acd{right:16px;bottom:16px}}
@media(prefers-reduced-motion:no-preference){#acd{transition:background .12s}}
@media(forced-colors:active){#acd{border:1px solid}}`;

// not import.meta: this is a classic script
const script = document.currentScript as HTMLScriptElement;
const { site = "", locale = document.documentElement.lang || navigator.language, theme, target = "body" } = script.dataset;
const base = script.src.replace(/(widget\/)?widget\.js.*$/, "");
const [label, failed] = /^fr/i.test(locale) ? FRENCH : ENGLISH;

const load = (url: string): Promise<App> => import(/* @vite-ignore */ url) as Promise<App>;

function start(): void {
  const host = document.createElement("acd-widget");
  if (theme) host.dataset.theme = theme;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.id = "acd"; // of the shadow root; the application's buttons are not dressed by this style sheet
  button.dataset.testid = "launcher";
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 20 20");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(icon.namespaceURI, "path");
  path.setAttribute("d", "M5 4h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9.5L6 16.75V14H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z");
  icon.append(path);
  const text = document.createElement("span");
  text.textContent = label;
  button.append(icon, text);

  let loading: Promise<Show> | undefined;
  const url = `${base}widget/`;
  let attempts = 0;
  const run = async (open: boolean): Promise<Show> => {
    button.setAttribute("aria-busy", "true");
    try {
      // app.js is the same under a lasting name, for a launcher older than the server. Browsers remember a module that
      // failed to load: another address is another try
      const app = await load(url + __APP__).catch(() => load(`${url}app.js?${attempts++}`));
      text.textContent = label;
      return app.mount({ root, button, site, locale, base, open });
    } catch (error) {
      loading = undefined;
      text.textContent = failed;
      throw error;
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  button.onclick = () => {
    if (loading) void loading.then((show) => { show(); });
    else loading = run(true);
  };

  root.append(button);
  (document.querySelector(target) ?? document.body).append(host);

  let note = "";
  try {
    note = localStorage.getItem(`acd:${site}`) ?? "";
  } catch {
    // storage is forbidden here: the widget works without
  }
  if (note.includes('"live":true')) loading = run(note.includes('"open":true'));
}

// in a head, an async script may come before the body
if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
