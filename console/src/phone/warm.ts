/** Connections with the server that stand while it still rings: at the accept only the voice is missing. */
import type { Signal } from "@acd/ui/signal.ts";
import { effect } from "@preact/signals";

import { leads } from "../alerts/leader.ts";
import type { Desk } from "../state/desk.ts";
import type { Devices } from "./devices.ts";
import { Line } from "./line.ts";

export class Warm {
  readonly #desk: Desk;
  readonly #devices: Devices;
  readonly #lines = new Map<string, Promise<Line>>();
  /** What is being answered while it still rings: whoever does so has its one line, made before or to be made. */
  readonly #taken = new Set<string>();

  constructor(desk: Desk, devices: Devices) {
    this.#desk = desk;
    this.#devices = devices;
  }

  /** What no longer rings is dropped. Returns the way to stop. */
  start(): () => void {
    const stop = effect(() => {
      const ringing = new Set(this.#desk.ringing.value.map(({ offer }) => offer.interaction));
      for (const interaction of this.#lines.keys()) if (!ringing.has(interaction)) this.#drop(interaction);
      for (const interaction of this.#taken) if (!ringing.has(interaction)) this.#taken.delete(interaction);
    });
    return () => {
      stop();
      for (const interaction of this.#lines.keys()) this.#drop(interaction);
    };
  }

  /** Of several tabs the leading one prepares; whichever answers asks anew where it is another. */
  hear(said: Signal): void {
    const { interaction } = said;
    // what is said to one page alone was asked for by it: no other begins with that
    if (said.to && !this.#lines.has(interaction)) return;
    if (!leads.peek() || this.#taken.has(interaction) || !this.#rings(interaction)) return;
    const line = this.#lines.get(interaction) ?? Line.open(this.#desk, this.#devices, { interaction, side: "agent", voice: null });
    this.#lines.set(interaction, line);
    void line.then(({ peer }) => {
      peer.hear(said);
    });
  }

  /** What was prepared for this offer, if anything: to be closed by whoever takes it. Nothing more is, until it has rung out. */
  take(offer: string): Promise<Line> | undefined {
    const ring = this.#desk.ringing.peek().find((each) => each.offer.offer === offer);
    if (!ring) return undefined;
    const { interaction } = ring.offer;
    const line = this.#lines.get(interaction);
    this.#lines.delete(interaction);
    this.#taken.add(interaction);
    return line;
  }

  #rings(interaction: string): boolean {
    return this.#desk.ringing.peek().some(({ offer }) => offer.interaction === interaction);
  }

  #drop(interaction: string): void {
    const line = this.#lines.get(interaction);
    this.#lines.delete(interaction);
    void line?.then((opened) => {
      opened.close();
    });
  }
}
