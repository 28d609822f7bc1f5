import type { ReadonlySignal } from "@preact/signals";

import { LOUDEST } from "../voice.ts";

/** How loud a voice is; the words say what the bars mean, and do not follow each of their moves. */
export function Meter({ level, label }: { level: ReadonlySignal<number>; label: string }) {
  const now = level.value;
  return (
    <span class="meter" role="img" aria-label={label} data-testid="meter" data-level={now}>
      {Array.from({ length: LOUDEST }, (_, step) => (
        <i key={step} class={step < now ? "on" : ""} style={{ height: `${4 + step * 1.4}px` }} />
      ))}
    </span>
  );
}
