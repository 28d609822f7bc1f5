import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const lean = (name: string): string => fileURLToPath(new URL(`../src/lean/${name}.ts`, import.meta.url));

const PARTS: Record<string, string> = {
  "engine.io-client": lean("engine"),
  "socket.io-parser": lean("parser"),
};

/** Builds socket.io-client on the parts in src/lean/: a visitor does not download what this product never sends. */
export function leanSocket(): Plugin {
  return {
    name: "lean-socket",
    enforce: "pre",
    async resolveId(source, importer) {
      if (source in PARTS) return PARTS[source] ?? null;
      if (source !== "socket.io-client") return null;
      // the package's index also brings the cache of managers behind `io()`
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found?.id.replace(/index\.js$/, "manager.js") ?? null;
    },
  };
}
