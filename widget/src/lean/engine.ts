/**
 * Engine.IO 4 for a visitor's browser, put in the place of engine.io-client by the build: a WebSocket, and long polling
 * where a WebSocket cannot be had. No binary, no upgrade while connected, no WebTransport; a third of the size.
 * https://socket.io/docs/v4/engine-io-protocol/
 */
import { Emitter } from "./emitter.ts";

interface Handshake {
  sid: string;
  pingInterval: number;
  pingTimeout: number;
}

/** What differs between the two ways to carry packets. */
interface Carrier {
  send: (packet: string) => void;
  close: () => void;
}

const SEPARATOR = "\x1e";

/** Says open, data, ping, then close; or error, when no way opened. */
export class Socket extends Emitter {
  /** Read by socket.io-client. */
  readonly transport = { writable: false };
  readonly #url: string;
  #carrier: Carrier;
  #sid = "";
  #patienceMs = 0;
  #expiresMs = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(origin: string, options: { path: string }) {
    super();
    this.#url = `${origin}${options.path}/?EIO=4&transport=`;
    this.#carrier = this.#socket();
    addEventListener("offline", this.#lost);
    addEventListener("pagehide", this.#lost); // nothing else ends polling before its ping is missed
  }

  write(data: string): void {
    this.#carrier.send(`4${data}`);
  }

  close(reason = "forced close"): void {
    if (this.#over) return;
    this.#over = true;
    const opened = this.transport.writable;
    this.transport.writable = false;
    clearTimeout(this.#timer);
    removeEventListener("offline", this.#lost);
    removeEventListener("pagehide", this.#lost);
    this.#carrier.close();
    if (opened) this.say("close", reason);
    else this.say("error", new Error(reason));
  }

  /** A laptop that slept has missed pings whose timer never ran. */
  _hasPingExpired(): boolean {
    const expired = Date.now() > this.#expiresMs;
    if (expired) queueMicrotask(() => { this.close("ping timeout"); });
    return expired;
  }

  readonly #lost = (): void => {
    this.close("transport close");
  };

  #socket(): Carrier {
    const socket = new WebSocket(`${this.#url.replace(/^http/, "ws")}websocket`);
    socket.onmessage = ({ data }) => { this.#packet(String(data)); };
    socket.onclose = () => {
      if (this.#over) return;
      if (this.transport.writable) this.close("transport close");
      else this.#carrier = this.#polling();
    };
    return {
      send: (packet) => { socket.send(packet); },
      close: () => { socket.close(); },
    };
  }

  #polling(): Carrier {
    const stop = new AbortController();
    const url = (): string => `${this.#url}polling${this.#sid && `&sid=${this.#sid}`}`;
    // keepalive outlasts the page, for 64 KiB at most
    const ask = async (body?: string, keepalive = false): Promise<string> => {
      const response = await fetch(url(), body === undefined ? { signal: stop.signal } : { method: "POST", body, keepalive });
      if (!response.ok) throw new Error(String(response.status));
      return response.text();
    };
    const fail = (): void => { this.close("transport error"); };
    const listen = async (): Promise<void> => {
      while (!this.#over) for (const packet of (await ask()).split(SEPARATOR)) this.#packet(packet);
    };
    void listen().catch(fail);
    let waiting: string[] = [];
    let sent = Promise.resolve();
    return {
      send: (packet) => {
        // what is said while a request is on its way goes together with the next
        waiting.push(packet);
        sent = sent
          .then(async () => {
            const body = waiting.join(SEPARATOR);
            waiting = [];
            if (body) await ask(body);
          })
          .catch(fail);
      },
      close: () => {
        stop.abort();
        if (this.#sid) void ask("1", true).catch(() => undefined);
      },
    };
  }

  #packet(packet: string): void {
    if (this.#over) return;
    const data = packet.slice(1);
    switch (packet[0]) {
      case "0": {
        const { sid, pingInterval, pingTimeout } = JSON.parse(data) as Handshake;
        this.#sid = sid;
        this.#patienceMs = pingInterval + pingTimeout;
        this.#alive();
        this.transport.writable = true;
        this.say("open");
        break;
      }
      case "1":
        this.close("transport close");
        break;
      case "2":
        this.#alive();
        this.#carrier.send(`3${data}`);
        this.say("ping");
        break;
      case "4":
        this.say("data", data);
        break;
    }
  }

  /** The server pings at an interval it told; when it stops, the connection is dead. */
  #alive(): void {
    clearTimeout(this.#timer);
    this.#expiresMs = Date.now() + this.#patienceMs;
    this.#timer = setTimeout(() => { this.close("ping timeout"); }, this.#patienceMs);
  }
}

interface Timers {
  setTimeoutFn: typeof setTimeout;
  clearTimeoutFn: typeof clearTimeout;
}

export function installTimerFunctions(on: Timers): void {
  on.setTimeoutFn = setTimeout.bind(globalThis);
  on.clearTimeoutFn = clearTimeout.bind(globalThis);
}

export const nextTick = queueMicrotask.bind(globalThis);
