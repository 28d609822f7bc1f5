/** What was typed and not sent: kept in this tab, so that a reload or a lost connection costs nothing. */
import type { OutboxStore, Outgoing } from "@acd/ui/outbox.ts";
import { signal, type ReadonlySignal } from "@preact/signals";

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(key, value);
    else sessionStorage.removeItem(key);
  } catch {
    // full or forbidden: it lasts as long as the page
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

const DRAFTS = "acd.drafts";

/** Conversation → what is being written there. */
export const drafts = signal((parsed(read(DRAFTS)) ?? {}) as Readonly<Record<string, string>>);

export function keepDraft(conversation: string, text: string): void {
  const others = Object.entries(drafts.value).filter(([id]) => id !== conversation);
  drafts.value = Object.fromEntries(text ? [...others, [conversation, text]] : others);
  write(DRAFTS, JSON.stringify(drafts.value));
}

/** What the agent notes at the end of an interaction, before it is sent. */
export interface Closing {
  disposition: string;
  note: string;
}

const CLOSINGS = "acd.closings";

export class Closings {
  readonly #all = signal<Readonly<Record<string, Closing>>>((parsed(read(CLOSINGS)) as Record<string, Closing> | null) ?? {});

  get all(): ReadonlySignal<Readonly<Record<string, Closing>>> {
    return this.#all;
  }

  of(interaction: string): Closing {
    return this.#all.value[interaction] ?? { disposition: "", note: "" };
  }

  keep(interaction: string, change: Partial<Closing>): void {
    this.#set({ ...this.#all.value, [interaction]: { ...this.of(interaction), ...change } });
  }

  forget(interaction: string): void {
    this.#set(Object.fromEntries(Object.entries(this.#all.value).filter(([id]) => id !== interaction)));
  }

  #set(all: Record<string, Closing>): void {
    this.#all.value = all;
    write(CLOSINGS, Object.keys(all).length > 0 ? JSON.stringify(all) : "");
  }
}

/** The outbox of one agent in this tab. */
export function outboxStore<P>(agent: string): OutboxStore<P> {
  const key = `acd.outbox.${agent}`;
  const load = (): Outgoing<P>[] => (parsed(read(key)) as Outgoing<P>[] | null) ?? [];
  const save = (entries: readonly Outgoing<P>[]): void => {
    write(key, entries.length > 0 ? JSON.stringify(entries) : "");
  };
  const others = (clientId: string): Outgoing<P>[] => load().filter((each) => each.client_id !== clientId);
  return {
    load,
    put: (entry) => {
      save([...others(entry.client_id), entry]);
    },
    drop: (clientId) => {
      save(others(clientId));
    },
  };
}

function kept(key: string): { read: () => string | null; keep: (text: string) => void } {
  return {
    read: () => read(key),
    keep: (text) => {
      write(key, text);
    },
  };
}

/** This tab's session with the server: the same after a reload. */
export const sessionName = kept("acd.session");
/** The call that is heard in this tab: the same after a reload. */
export const heldCall = kept("acd.call");

/** About which call a colleague is asked, and until when they ring: the same after a reload. */
export const askedUntil = kept("acd.asked");

/** The interaction that was in sight. */
export const inSight = kept("acd.in_sight");
