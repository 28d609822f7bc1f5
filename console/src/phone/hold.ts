/** The other is on hold, and hears music meanwhile. */
import type { Peer } from "@acd/ui/peer.ts";
import type { ServerClock } from "@acd/ui/time.ts";
import { signal } from "@preact/signals";

import { music } from "./sounds.ts";

export class Hold {
  /** The server's time; null while they are not. */
  readonly sinceMs = signal<number | null>(null);
  readonly #clock: ServerClock;
  #music: (() => void) | null = null;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  async put(peer: Peer, on: boolean): Promise<void> {
    this.#music?.();
    const played = on ? music() : null;
    this.#music = played?.stop ?? null;
    this.sinceMs.value = on ? this.#clock.nowMs() : null;
    await peer.hold(on, played?.track ?? null);
  }

  /** The call is over. */
  end(): void {
    this.#music?.();
    this.#music = null;
    this.sinceMs.value = null;
  }
}
