/** What changes hands comes in a file of its own, with the first conversation. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type * as Parts from "./parts.ts";

const parts = signal<typeof Parts | null>(null);
let loading: Promise<void> | undefined;

/** The parts once they are here; whoever shows something of them makes them come. */
export function useParts(): typeof Parts | null {
  useEffect(() => {
    loading ??= import("./parts.ts").then(
      (found) => {
        parts.value = found;
      },
      () => {
        loading = undefined; // the next one tries again
      },
    );
  }, []);
  return parts.value;
}
