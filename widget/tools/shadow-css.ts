import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { transform } from "lightningcss";
import type { Plugin } from "vite";

const MARK = "?shadow";
// not ".css?": Vite would take it for a style sheet of its own
const BUILT = ".shadow.js";
const SOURCES = ["../src", "../../ui/src/icons.tsx", "../../ui/src/primitives/Meter.tsx"].map((each) => fileURLToPath(new URL(each, import.meta.url)));

/**
 * `import css from "./styles.css?shadow"` gives one text for a shadow root: @imports joined, `:root` made `:host`,
 * rem made px (on another's page a rem may be any length), and classes that no source of the widget names left out.
 */
export function shadowCss(): Plugin {
  return {
    name: "shadow-css",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith(MARK)) return null;
      const found = await this.resolve(source.slice(0, -MARK.length), importer);
      return found && `\0${found.id}${BUILT}`;
    },
    load(id) {
      if (!id.endsWith(BUILT)) return null;
      const filename = id.slice(1, -BUILT.length);
      for (const file of [filename, ...imports(filename)]) this.addWatchFile(file);
      const text = joined(filename).replaceAll(/(\d*\.?\d+)rem\b/g, (_, rem: string) => `${Number(rem) * 16}px`);
      const { code } = transform({ filename, code: Buffer.from(text), minify: true, unusedSymbols: unusedClasses(text) });
      const css = code.toString().replaceAll(/:root(\[[^\]]*\])?/g, (_, on?: string) => (on ? `:host(${on})` : ":host"));
      return `export default ${JSON.stringify(css)};`;
    },
  };
}

const IMPORT = /@import "([^"]+)";/g;

/** The files that the style sheet imports, one level deep. */
function imports(filename: string): string[] {
  return [...readFileSync(filename, "utf8").matchAll(IMPORT)].map((match) =>
    path.resolve(path.dirname(filename), match[1] ?? ""),
  );
}

function joined(filename: string): string {
  const own = readFileSync(filename, "utf8").replaceAll(IMPORT, "");
  return [...imports(filename).map((file) => readFileSync(file, "utf8")), own].join("\n");
}

/** Class names the style sheets have and no string of a source says. */
function unusedClasses(css: string): string[] {
  const said = new Set(SOURCES.flatMap(sources).flatMap((text) => text.match(/["`][^"`\n]*["`]/g) ?? []).flatMap((text) => text.match(/[\w-]+/g) ?? []));
  return [...new Set([...css.matchAll(/\.([a-z][\w-]*)/g)].map((match) => match[1] ?? ""))].filter((name) => !said.has(name));
}

function sources(place: string): string[] {
  if (/\.tsx?$/.test(place)) return [readFileSync(place, "utf8")];
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(path.join(place, name), "utf8"));
}
