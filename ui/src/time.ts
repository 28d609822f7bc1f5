/** Moments by the server's clock: a reader's own may be minutes wrong, and a countdown must not be. */
import { signal, type ReadonlySignal } from "@preact/signals";

export { stopwatch } from "./stopwatch.ts";

const SAMPLES = 8;

/** What to add to the reader's clock to read the server's. */
export class ServerClock {
  readonly #offsetsMs: number[] = [];
  #offsetMs = 0;

  /** Tell it every `now` the server sends. A message's travel only ever makes the offset smaller: the largest is nearest. */
  readonly sync = (serverNowMs: number): void => {
    this.#offsetsMs.push(serverNowMs - Date.now());
    if (this.#offsetsMs.length > SAMPLES) this.#offsetsMs.shift();
    this.#offsetMs = Math.max(...this.#offsetsMs);
  };

  readonly nowMs = (): number => Date.now() + this.#offsetMs;

  /** Milliseconds until `deadlineMs`, never less than 0. */
  readonly leftMs = (deadlineMs: number): number => Math.max(0, deadlineMs - this.nowMs());
}

/** A signal of the clock's time that moves every `everyMs` while something reads it, and rests otherwise. */
export function ticking(clock: Pick<ServerClock, "nowMs">, everyMs = 1000): ReadonlySignal<number> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const now = signal(clock.nowMs(), {
    watched() {
      now.value = clock.nowMs();
      timer = setInterval(() => (now.value = clock.nowMs()), everyMs);
    },
    unwatched() {
      clearInterval(timer);
    },
  });
  return now;
}

/** Whole seconds left, rounded up: a countdown reaches 0 when the time is over, not a second before. */
export function secondsLeft(leftMs: number): number {
  return Math.max(0, Math.ceil(leftMs / 1000));
}
