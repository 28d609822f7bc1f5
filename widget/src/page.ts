/** The widget as a whole page, for frames and direct links: /widget/?site=shop&locale=fr. */
import { mount } from "./app.tsx";

const asked = new URLSearchParams(location.search);
const host = document.getElementById("app");
if (host) {
  host.classList.add("page");
  const theme = asked.get("theme");
  if (theme) host.dataset.theme = theme;
  const page = new CSSStyleSheet();
  page.replaceSync("html{color-scheme:light dark}body{margin:0}");
  document.adoptedStyleSheets = [page];
  const locale = asked.get("locale") ?? navigator.language;
  document.documentElement.lang = locale.startsWith("fr") ? "fr" : "en";
  mount({
    root: host.attachShadow({ mode: "open" }),
    button: null,
    site: asked.get("site") ?? "",
    locale,
    base: new URL("../", location.href).href,
    open: true,
  });
}
