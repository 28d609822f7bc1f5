import { defineConfig, type UserConfig } from "vite";

/**
 * Two builds share one folder. The default one is the chat application: a page for the widget's frame and the
 * bundles it loads. `--mode launcher` adds widget.js, the script a site includes: one IIFE with a fixed name and
 * no imports, so that a page pays two kilobytes until its visitor wants to talk.
 */
const outDir = "../acd/static/widget";

const application: UserConfig = {
  build: { outDir, emptyOutDir: true, manifest: true, target: "es2022", modulePreload: { polyfill: false } },
};

const launcher: UserConfig = {
  publicDir: false,
  build: {
    outDir,
    emptyOutDir: false, // the application's files are already there
    target: "es2020", // it runs on other people's pages, in whatever browser their visitors have
    lib: { entry: "src/launcher.ts", formats: ["iife"], name: "acd", fileName: () => "widget.js" },
  },
};

export default defineConfig(({ mode }) => ({
  // ui/ is compiled from its source, whose nearest tsconfig would leave it on react/jsx-runtime
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { dedupe: ["preact", "@preact/signals"] },
  base: "./", // served under whatever path the site's owner chooses
  ...(mode === "launcher" ? launcher : application),
}));
