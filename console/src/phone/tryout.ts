/** Hearing oneself before the first call: the voice comes back a moment later, where calls will be heard. */
import { loudness, silence, Speaker } from "@acd/ui/voice.ts";
import { effect, signal, type ReadonlySignal } from "@preact/signals";

import type { Devices } from "./devices.ts";
import { echo } from "./sounds.ts";

const LONGEST_MS = 15_000;

export class Tryout {
  /** How loud the agent is; null while nothing is tried. */
  readonly level = signal<ReadonlySignal<number> | null>(null);
  readonly #devices: Devices;
  #stop: () => void = () => undefined;

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  /** The voice is silenced at the end. */
  begin(voice: MediaStream): void {
    this.#stop();
    const heard = echo(voice);
    const speaker = new Speaker();
    if (heard.track) speaker.play(new MediaStream([heard.track]));
    const stop = effect(() => void speaker.through(this.#devices.chosen.speaker.value));
    const timer = setTimeout(() => {
      this.end();
    }, LONGEST_MS);
    this.#stop = () => {
      clearTimeout(timer);
      stop();
      heard.stop();
      speaker.play(null);
      silence(voice);
    };
    this.level.value = loudness(voice);
  }

  end(): void {
    this.#stop();
    this.#stop = () => undefined;
    this.level.value = null;
  }
}
