/** The microphone of this page, asked for when it is needed; without it calls do not ring here. */
import { microphone, type NoVoice } from "@acd/ui/voice.ts";
import { signal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import type { Devices } from "./devices.ts";

export class Mic {
  /** It is being asked for. */
  readonly asking = signal(false);
  readonly #desk: Desk;
  readonly #devices: Devices;
  readonly #tell: (why: NoVoice | null) => void;

  /** `tell` hears why there is none, and null once there is one. */
  constructor(desk: Desk, devices: Devices, tell: (why: NoVoice | null) => void) {
    this.#desk = desk;
    this.#devices = devices;
    this.#tell = tell;
  }

  async ask(): Promise<MediaStream | null> {
    this.asking.value = true;
    const voice = await microphone(this.#devices.chosen.microphone.peek());
    this.asking.value = false;
    if (typeof voice !== "string") {
      this.#tell(null);
      void this.#devices.look();
      return voice;
    }
    this.#tell(voice);
    // rings that cannot be answered would only cost the visitors time
    await this.#desk.setPresence("call", "away", "no_microphone");
    return null;
  }
}
