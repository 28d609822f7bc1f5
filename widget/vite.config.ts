import { readFileSync } from "node:fs";
import { defineConfig, type Plugin, type UserConfig } from "vite";

import { leanSocket } from "./tools/lean.ts";
import { shadowCss } from "./tools/shadow-css.ts";

/**
 * Two builds share one folder. The default one is the chat application: a module that the launcher imports, and a
 * page around it for frames and direct links. `--mode launcher` adds widget.js, the script a site includes: one IIFE
 * with a fixed name and no imports, so that a page pays two kilobytes until its visitor wants to talk.
 */
const outDir = "../acd/static/widget";
const APP = "src/app.tsx";

const application: UserConfig = {
  plugins: [leanSocket(), shadowCss(), stableName(), plainImports()],
  build: {
    outDir,
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: ["index.html", APP],
      preserveEntrySignatures: "allow-extension", // the launcher calls what the module exports
    },
  },
};

const launcher = (): UserConfig => ({
  publicDir: false,
  define: { __APP__: JSON.stringify(builtName()) },
  build: {
    outDir,
    emptyOutDir: false, // the application's files are already there
    target: "es2020", // it runs on other people's pages, in whatever browser their visitors have
    lib: { entry: "src/launcher.ts", formats: ["iife"], name: "acd", fileName: () => "widget.js" },
  },
});

/**
 * app.js, the application under a name that never changes: a launcher that a browser kept from before an upgrade asks
 * for a file that is gone, and takes this one instead.
 */
function stableName(): Plugin {
  return {
    name: "stable-name",
    generateBundle(_, output) {
      const app = Object.values(output).find((file) => file.type === "chunk" && file.facadeModuleId?.endsWith(APP));
      if (app) this.emitFile({ type: "asset", fileName: "app.js", source: `export * from "./${app.fileName}";\n` });
    },
  };
}

/** What comes later is one file without styles: Vite's helper, which loads such things ahead, would weigh more. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : null),
  };
}

/** The application's file carries a digest of its content, so that browsers may keep it for good. */
function builtName(): string {
  const manifest = JSON.parse(readFileSync(new URL(`${outDir}/.vite/manifest.json`, import.meta.url), "utf8")) as Record<
    string,
    { file: string }
  >;
  const entry = manifest[APP];
  if (!entry) throw new Error("build the application before the launcher");
  return entry.file;
}

export default defineConfig(({ mode }) => ({
  // ui/ is compiled from its source, whose nearest tsconfig would leave it on react/jsx-runtime
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { dedupe: ["preact", "@preact/signals"] },
  base: "./", // served under whatever path the site's owner chooses
  ...(mode === "launcher" ? launcher() : application),
}));
