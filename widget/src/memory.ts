/**
 * What the browser keeps for one site, from the moment a visitor asks for a chat and not before. Where storage is
 * forbidden everything works until the page is left.
 */
import type { Outgoing, OutboxStore } from "@acd/ui/outbox.ts";

import type { Start } from "./wire.ts";

/** The launcher looks for `"live":true` and `"open":true` in its JSON. */
export interface Note {
  /** The visitor's identity at this site. */
  token: string;
  /** A chat is under way. */
  live: boolean;
  /** The panel was open. */
  open: boolean;
}


export class Memory {
  readonly #key: string;

  constructor(site: string) {
    this.#key = `acd:${site}`;
  }

  get note(): Note | null {
    return read(() => localStorage, this.#key) as Note | null;
  }

  set note(note: Note | null) {
    write(() => localStorage, this.#key, note);
  }

  /** A chat asked for and not answered yet: a reload asks again, under the same client id. */
  get start(): Start | null {
    return read(() => sessionStorage, `${this.#key}:start`) as Start | null;
  }

  set start(start: Start | null) {
    write(() => sessionStorage, `${this.#key}:start`, start);
  }

  /** What stands in the composer. */
  get draft(): string {
    return (read(() => sessionStorage, `${this.#key}:draft`) as string | null) ?? "";
  }

  set draft(text: string) {
    write(() => sessionStorage, `${this.#key}:draft`, text || null);
  }

  /** Called when another tab of this site changes the note. */
  watch(changed: () => void): void {
    addEventListener("storage", (event) => {
      if (event.key === this.#key) changed();
    });
  }

  /** Messages that the server has not acknowledged. */
  outbox<P>(): OutboxStore<P> {
    const prefix = `${this.#key}:out:`;
    return {
      load: () =>
        keys(prefix)
          .map((key) => read(() => localStorage, key) as Outgoing<P> | null)
          .filter((entry) => entry !== null)
          .sort((a, b) => a.at_ms - b.at_ms),
      put: (entry) => { write(() => localStorage, prefix + entry.client_id, entry); },
      drop: (clientId) => { write(() => localStorage, prefix + clientId, null); },
    };
  }
}

// even to name the storage throws where it is forbidden
type Place = () => Storage;

function keys(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(place: Place, key: string): unknown {
  try {
    return JSON.parse(place().getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(place: Place, key: string, value: unknown): void {
  try {
    if (value === null) place().removeItem(key);
    else place().setItem(key, JSON.stringify(value));
  } catch {
    // forbidden or full: this page still has it
  }
}
