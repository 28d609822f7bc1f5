/** Work that changes hands: given to a colleague or a department, shared, or picked from the line. */
import { newClientId, WireError } from "@acd/ui/wire.ts";

import type { Desk } from "./desk.ts";
import { done } from "./settings.ts";
import type { AgentChat, Steered, Targets, WaitingContact } from "./wire.ts";

/** How a colleague is brought in: they take over, they are asked first, or they take part. */
export type Manner = "transfer" | "consult" | "invite";

const DONE: ReadonlySet<string> = new Set(["offered", "waits", "moved", "joined", "completed", "cancelled", "left", "pulled", "opened", "active", "parked", "unreached"]);

export class Steering {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  targets(interaction: string, query: string): Promise<Targets | undefined> {
    const { connection } = this.#desk;
    return this.#desk.attempt(() => connection.request("transfer.targets", { interaction, query }));
  }

  /** With `wait` who is busy is asked once they have room. */
  async toAgent(interaction: string, agent: string, manner: Manner, wait = false): Promise<void> {
    const ask = { interaction, agent, command: newClientId(), ...(wait ? { wait } : {}) };
    if (await this.#steer(() => this.#desk.connection.request(`interaction.${manner}`, ask))) done("handed_over");
  }

  async toQueue(interaction: string, queue: string): Promise<void> {
    const ask = { interaction, queue, command: newClientId() };
    if (await this.#steer(() => this.#desk.connection.request("interaction.transfer", ask))) this.#desk.leaveIfEnded(interaction);
  }

  takeBack(interaction: string): Promise<boolean> {
    const ask = { interaction, command: newClientId() };
    return this.#steer(() => this.#desk.connection.request("interaction.transfer_cancel", ask));
  }

  /** Whoever is consulted has it from now on. */
  complete(interaction: string): Promise<boolean> {
    const ask = { interaction, command: newClientId() };
    return this.#steer(() => this.#desk.connection.request("interaction.consult_complete", ask));
  }

  endConsultation(interaction: string): Promise<boolean> {
    const ask = { interaction, command: newClientId() };
    return this.#steer(() => this.#desk.connection.request("interaction.consult_cancel", ask));
  }

  async leave(interaction: string): Promise<void> {
    const ask = { interaction, command: newClientId() };
    if (await this.#steer(() => this.#desk.connection.request("interaction.leave", ask))) this.#desk.leaveIfEnded(interaction);
  }

  /** Where to call the contact of a callback; undefined where that cannot be asked now. */
  async number(interaction: string): Promise<string | null | undefined> {
    const { connection } = this.#desk;
    return (await this.#desk.attempt(() => connection.request("callback.open", { interaction })))?.number;
  }

  /** They were called: somebody answered, or nobody did. */
  async called({ interaction, offer }: AgentChat, answered: boolean): Promise<void> {
    const { connection } = this.#desk;
    if (!offer) return; // told already
    await this.#steer(() => connection.request("callback.dialled", { interaction, offer, answered }));
    this.#desk.leaveIfEnded(interaction);
  }

  /** A new chat with the same contact, this agent's own at once. */
  async begin({ conversation, department }: AgentChat): Promise<void> {
    const ask = { conversation, department: department.id, client_id: newClientId() };
    const answer = await this.#steer(() => this.#desk.connection.request("conversation.begin", ask));
    const chat = answer && this.#desk.chats.value.find((each) => each.conversation === conversation);
    if (chat) this.#desk.select(chat.interaction);
  }

  async line(queue: string): Promise<readonly WaitingContact[] | undefined> {
    const { connection } = this.#desk;
    return (await this.#desk.attempt(() => connection.request("line.open", { queue })))?.waiting;
  }

  /** Whether it is this agent's now. */
  async pull(interaction: string): Promise<boolean> {
    const ask = { interaction, command: newClientId() };
    const isDone = await this.#steer(() => this.#desk.connection.request("interaction.pull", ask));
    if (isDone) this.#desk.select(interaction);
    return isDone;
  }

  /** Whether it was done; why not is shown. */
  async #steer(verb: () => Promise<Steered>): Promise<boolean> {
    const answer = await this.#desk.attempt(verb);
    if (!answer) return false;
    if (answer.chat) this.#desk.hearChat(answer.chat);
    const isDone = DONE.has(answer.outcome);
    if (!isDone) this.#desk.trouble.value = WireError.from({ code: answer.outcome });
    return isDone;
  }
}
