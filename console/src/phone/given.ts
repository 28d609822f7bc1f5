/** A call that is given to a number: while it is called, and why it did not take the call. */
import { newClientId } from "@acd/ui/wire.ts";
import { computed, signal, type ReadonlySignal } from "@preact/signals";

import type { Desk } from "../state/desk.ts";
import type { AgentChat } from "../state/wire.ts";

/** Why not: words of the telephone. */
export type NotGiven = "not_given" | "given_busy" | "given_refused" | "given_unknown" | "given_unavailable";

/** By SIP's status (RFC 3261, 21); any other says that nobody answered. */
const WHY: Readonly<Record<number, NotGiven>> = {
  403: "given_refused",
  404: "given_unknown",
  484: "given_unknown",
  486: "given_busy",
  503: "given_unavailable",
  600: "given_busy",
  603: "given_busy",
  604: "given_unknown",
};

interface Giving {
  interaction: string;
  number: string;
  failed: NotGiven | null;
}

export class Given {
  readonly #last = signal<Giving | null>(null);
  /** Of the call that the agent has. */
  readonly now = computed(() => (this.#last.value?.interaction === this.#mine.value?.interaction ? this.#last.value : null));
  readonly #desk: Desk;
  readonly #mine: ReadonlySignal<AgentChat | null>;

  constructor(desk: Desk, mine: ReadonlySignal<AgentChat | null>) {
    this.#desk = desk;
    this.#mine = mine;
  }

  /** Returns the way to stop. */
  start(): () => void {
    return this.#desk.connection.on("call.transferred", ({ interaction, ok, code }) => {
      const last = this.#last.peek();
      if (last?.interaction === interaction && !ok) this.#last.value = { ...last, failed: WHY[code] ?? "not_given" };
    });
  }

  /** Throws why the number is not even called. */
  async to(number: string): Promise<void> {
    const mine = this.#mine.peek();
    if (!mine) return;
    const { interaction } = mine;
    await this.#desk.connection.request("call.transfer", { interaction, number, command: newClientId() });
    this.#last.value = { interaction, number, failed: null };
  }

  /** The number is called no longer: the call stays the agent's. */
  async takeBack(): Promise<void> {
    const mine = this.#mine.peek();
    if (!mine) return;
    const { connection } = this.#desk;
    if (await this.#desk.attempt(() => connection.request("call.take_back", { interaction: mine.interaction }))) this.forget();
  }

  forget(): void {
    this.#last.value = null;
  }
}
