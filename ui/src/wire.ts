/** What both sides of the Socket.IO face have in common; the guide docs/guides/sockets.md has the whole. */

export interface ErrorBody {
  code: string;
  message: string;
  retryable: boolean;
  field?: string;
  retry_after_s?: number;
}

/** Whether the server reaches its stores, and if not, which code says why. */
export interface Service {
  ok: boolean;
  code?: string;
}

export interface Message {
  id: string;
  conversation: string;
  seq: number;
  client_id: string;
  from: "visitor" | "agent" | "system";
  name: string;
  /** For a system message a code such as `agent_joined`, with `name` as its detail. */
  text: string;
  at_ms: number;
}

// what passes by itself, where nobody says so
const PASSING = new Set(["no_answer", "store_unavailable", "rate_limited", "overloaded"]);

/** A refusal with its stable code; `retryable`: the same request may succeed later, unchanged. */
export class WireError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;

  constructor(body: ErrorBody) {
    super(body.message);
    this.code = body.code;
    this.retryable = body.retryable;
    this.field = body.field;
    this.retryAfterS = body.retry_after_s;
  }

  static from(body: Partial<ErrorBody>): WireError {
    const code = body.code ?? "internal";
    return new WireError({ ...body, code, message: body.message ?? code, retryable: body.retryable ?? PASSING.has(code) });
  }

  /** Whatever was thrown, as one of these. */
  static of(thrown: unknown): WireError {
    return thrown instanceof WireError ? thrown : WireError.from({ code: "internal", message: String(thrown) });
  }
}

/** 128 random bits: makes a request that is sent twice the same request. (randomUUID exists on https pages only.) */
export function newClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
