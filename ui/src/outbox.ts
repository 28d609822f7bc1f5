/**
 * What was written and is not acknowledged yet, in order. An entry leaves when the server has stored it; until then
 * it is sent again, under the same client id, after every loss and every reload.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

import { newClientId, WireError } from "./wire.ts";

export interface Outgoing<P> {
  client_id: string;
  /** When it was written, by the writer's clock (ms). */
  at_ms: number;
  payload: P;
  /** Code of a refusal that sending again would not change; the writer decides. */
  refused?: string;
}

/** Where entries outlive the page; each by itself, since several tabs may write. */
export interface OutboxStore<P> {
  load(): Outgoing<P>[];
  put(entry: Outgoing<P>): void;
  drop(clientId: string): void;
}

export class Outbox<P> {
  readonly #entries;
  readonly #send: (entry: Outgoing<P>) => Promise<void>;
  readonly #store: OutboxStore<P> | undefined;
  #sending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `send` resolves once the server has the entry. */
  constructor(send: (entry: Outgoing<P>) => Promise<void>, store?: OutboxStore<P>) {
    this.#send = send;
    this.#store = store;
    this.#entries = signal<readonly Outgoing<P>[]>(store?.load() ?? []);
  }

  get entries(): ReadonlySignal<readonly Outgoing<P>[]> {
    return this.#entries;
  }

  push(payload: P): Outgoing<P> {
    const entry = { client_id: newClientId(), at_ms: Date.now(), payload };
    this.#entries.value = [...this.#entries.value, entry];
    this.#store?.put(entry);
    void this.flush();
    return entry;
  }

  /** Send what waits, oldest first, one at a time; at a passing trouble stop, and go on later. */
  async flush(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    let entry = this.#next();
    try {
      for (; entry; entry = this.#next()) {
        await this.#send(entry);
        this.settle(entry.client_id);
      }
    } catch (thrown) {
      const error = WireError.of(thrown);
      if (error.retryable) {
        this.#timer = setTimeout(() => void this.flush(), 1000 * (error.retryAfterS ?? 3));
      } else {
        // it may have been settled or forgotten meanwhile: then the refusal is nobody's
        if (entry && this.#entries.value.includes(entry)) this.#change(entry.client_id, { ...entry, refused: error.code });
        queueMicrotask(() => void this.flush());
      }
    } finally {
      this.#sending = false;
    }
  }

  /** The server has it, whichever way that became known. */
  settle(clientId: string): void {
    const left = this.#entries.value.filter((entry) => entry.client_id !== clientId);
    if (left.length === this.#entries.value.length) return;
    this.#entries.value = left;
    this.#store?.drop(clientId);
  }

  retry(clientId: string): void {
    const entry = this.#entries.value.find((each) => each.client_id === clientId);
    if (!entry) return;
    this.#change(clientId, { client_id: entry.client_id, at_ms: entry.at_ms, payload: entry.payload });
    void this.flush();
  }

  /** Forget everything, sent or not. */
  clear(): void {
    clearTimeout(this.#timer);
    for (const entry of this.#entries.value) this.settle(entry.client_id);
  }

  #next(): Outgoing<P> | undefined {
    return this.#entries.value.find((entry) => !entry.refused);
  }

  #change(clientId: string, changed: Outgoing<P>): void {
    this.#entries.value = this.#entries.value.map((entry) => (entry.client_id === clientId ? changed : entry));
    this.#store?.put(changed);
  }
}
