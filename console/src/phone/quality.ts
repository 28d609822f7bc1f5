/** How well a call is heard. */
import type { Signal } from "@preact/signals";

import type { Line } from "./line.ts";

const EVERY_MS = 2000;

/** Keep it in `told`, 0 to 1, null while unknown. Returns the way to stop. */
export function watchQuality(peer: Line["peer"], told: Signal<number | null>): () => void {
  const timer = setInterval(() => void peer.quality().then((quality) => (told.value = quality)), EVERY_MS);
  return () => {
    clearInterval(timer);
    told.value = null;
  };
}
