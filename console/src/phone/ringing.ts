/** How long a colleague rings who is asked about a call, as the pages of both have it: the same after a reload. */
import type { ServerClock } from "@acd/ui/time.ts";
import { signal } from "@preact/signals";

import { askedUntil } from "../state/kept.ts";

export const RINGS_MS = 30_000;

export class Ringing {
  /** The server's time; null while nobody rings. */
  readonly untilMs = signal<number | null>(null);
  readonly #clock: ServerClock;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** Returns until when it rings. */
  begin(interaction: string): number {
    const nowMs = this.#clock.nowMs();
    const [which, until] = (askedUntil.read() ?? "").split(" ");
    const before = which === interaction ? Number(until) : 0;
    const untilMs = before > nowMs ? before : nowMs + RINGS_MS;
    askedUntil.keep(`${interaction} ${untilMs}`);
    return (this.untilMs.value = untilMs);
  }

  end(): void {
    if (this.untilMs.peek() === null) return;
    askedUntil.keep("");
    this.untilMs.value = null;
  }
}
