/**
 * One namespace of the server's Socket.IO face: typed requests with an acknowledgement, errors with a code, and a
 * connection that comes back by itself. socket.io-client carries; when to try again is decided here, because the
 * reader is told.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { Manager, type Socket } from "socket.io-client";

import { WireError, type ErrorBody, type Service } from "./wire.ts";

/** idle: not asked for. open: ready. lost: will try again at `retryAtMs`. refused: trying again would not help. */
export type ConnectionState = "idle" | "connecting" | "open" | "lost" | "refused";

/** Event → what is asked and what a good acknowledgement brings. */
export type Requests = Record<string, { ask: object; answer: object }>;
/** Event → what the server says. */
export type Events = Record<string, object>;

export interface ConnectionOptions {
  /** Origin and path of the product, with a slash at the end. */
  base: string;
  namespace: string;
  /** Read before every attempt. */
  auth: () => object;
}

const REQUEST_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;

type Reply = { ok: true } | { ok: false; error: ErrorBody };

export class Connection<R extends Requests, E extends Events> {
  readonly #state = signal<ConnectionState>("idle");
  readonly #retryAtMs = signal<number | null>(null);
  readonly #refusal = signal<WireError | null>(null);
  readonly #service = signal<Service>({ ok: true });
  readonly #socket: Socket;
  /** What the server said of its stores last; what failed for want of one says no more than for itself. */
  #said: Service = { ok: true };
  #failedAt = "";
  readonly #openHandlers = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(options: ConnectionOptions) {
    const base = new URL(options.base);
    const manager = new Manager(base.origin, {
      path: `${base.pathname}socket.io`,
      autoConnect: false,
      reconnection: false,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      timeout: REQUEST_TIMEOUT_MS,
    });
    const auth = (give: (data: object) => void): void => {
      give(options.auth());
    };
    const socket = manager.socket(options.namespace, { auth });
    socket.on("connect", () => {
      this.#failures = 0;
      this.#serves({ ok: true });
      this.#refusal.value = null;
      this.#become("open");
      for (const handler of this.#openHandlers) handler();
    });
    socket.on("connect_error", (error: Error & { data?: Partial<ErrorBody> }) => {
      this.#failed(error.data);
    });
    socket.on("disconnect", (reason) => {
      if (reason !== "io client disconnect") this.#failed();
    });
    socket.on("service", (service: Service) => {
      this.#serves(service);
    });
    this.#socket = socket;
  }

  get state(): ReadonlySignal<ConnectionState> {
    return this.#state;
  }

  /** When the next attempt is due, by the reader's clock; null when none is. */
  get retryAtMs(): ReadonlySignal<number | null> {
    return this.#retryAtMs;
  }

  /** Why the server turned this client away. */
  get refusal(): ReadonlySignal<WireError | null> {
    return this.#refusal;
  }

  /** Whether the server has its stores; requests that need them fail meanwhile. */
  get service(): ReadonlySignal<Service> {
    return this.#service;
  }

  open(): void {
    if (this.#state.value === "open" || this.#state.value === "connecting") return;
    clearTimeout(this.#timer);
    this.#become("connecting");
    addEventListener("online", this.retryNow);
    this.#socket.connect();
  }

  close(): void {
    clearTimeout(this.#timer);
    removeEventListener("online", this.retryNow);
    this.#socket.disconnect();
    this.#become("idle");
  }

  /** Close and open again, to identify anew. */
  reopen(): void {
    this.close();
    this.open();
  }

  readonly retryNow = (): void => {
    if (this.#state.value === "lost" || this.#state.value === "refused") this.open();
  };

  /** Called at every opening, the first and those after a loss: the place to resume. Returns the way to stop. */
  onOpen(handler: () => void): () => void {
    this.#openHandlers.add(handler);
    return () => this.#openHandlers.delete(handler);
  }

  on<K extends keyof E & string>(event: K, handler: (payload: E[K]) => void): () => void {
    const name: string = event;
    this.#socket.on(name, handler);
    return () => this.#socket.off(name, handler);
  }

  /** Ask, and wait for the answer; while there is no connection, waits for one within the same time. */
  async request<K extends keyof R & string>(
    event: K,
    ask: R[K]["ask"],
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<R[K]["answer"]> {
    const startedMs = Date.now();
    await this.#opened(timeoutMs);
    const leftMs = Math.max(1000, timeoutMs - (Date.now() - startedMs));
    return new Promise((resolve, reject) => {
      this.#socket.timeout(leftMs).emit(event, ask, (late: Error | null, reply?: Reply) => {
        if (late || !reply) {
          reject(unanswered());
        } else if (reply.ok) {
          if (event === this.#failedAt) this.#serves(this.#said);
          resolve(reply);
        } else {
          const error = WireError.from(reply.error);
          if (error.code === "store_unavailable") {
            this.#failedAt = event;
            this.#service.value = { ok: false, code: error.code };
          }
          reject(error);
        }
      });
    });
  }

  /** Say without waiting; dropped when there is no connection, as a typing mark may be. */
  tell(event: keyof R & string, ask: object): void {
    if (this.#socket.connected) this.#socket.emit(event, ask, () => undefined);
  }

  #opened(timeoutMs: number): Promise<void> {
    if (this.#state.value === "open") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        stopWaiting();
        stopWatching();
      };
      const stopWaiting = this.onOpen(() => {
        done();
        resolve();
      });
      const timer = setTimeout(() => {
        done();
        reject(unanswered());
      }, timeoutMs);
      const stopWatching = this.#refusal.subscribe((refusal) => {
        if (!refusal || this.#state.value !== "refused") return;
        queueMicrotask(done);
        reject(refusal);
      });
    });
  }

  #serves(service: Service): void {
    this.#said = this.#service.value = service;
    this.#failedAt = "";
  }

  #failed(body?: Partial<ErrorBody>): void {
    const error = body?.code ? WireError.from(body) : null;
    if (error && !error.retryable) {
      this.#become("refused");
      this.#refusal.value = error; // after the state: it wakes those who wait for an opening
      return;
    }
    this.#refusal.value = error;
    // full jitter, so that a restarted server is not met by everybody at once
    const ceilingMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    const waitMs = Math.max((body?.retry_after_s ?? 0) * 1000, ceilingMs * (0.5 + Math.random() / 2));
    clearTimeout(this.#timer);
    this.#become("lost", Date.now() + waitMs);
    this.#timer = setTimeout(this.retryNow, waitMs);
  }

  #become(state: ConnectionState, retryAtMs: number | null = null): void {
    this.#retryAtMs.value = retryAtMs;
    this.#state.value = state;
  }
}

function unanswered(): WireError {
  return WireError.from({ code: "no_answer", message: "The server did not answer in time." });
}
