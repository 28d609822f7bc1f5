import { defineConfig, type Plugin } from "vite";

/** What comes later is one file without styles of its own: Vite's helper, which loads such things ahead, would weigh more. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : null),
  };
}

/** The agent console, the demo page and the shop it shows: one build. */
export default defineConfig({
  plugins: [plainImports()],
  // ui/ is compiled from its source, whose nearest tsconfig would leave it on react/jsx-runtime
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { dedupe: ["preact", "@preact/signals"] },
  base: "./", // served under whatever path the site's owner chooses
  build: {
    outDir: "../acd/static/console",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["index.html", "demo.html", "demo-shop-en.html", "demo-shop-fr.html"] },
  },
});
