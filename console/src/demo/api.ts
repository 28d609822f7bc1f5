/** The demonstration's own verbs; they exist only where the server runs as one. */
import { WireError, type ErrorBody } from "@acd/ui/wire.ts";

import { signedInHere } from "../state/session.ts";

export interface DemoState {
  /** Another one after a clearing. */
  run: string;
  site: string;
  /** Whose console is shown. */
  agent: { id: string };
  simulated: { agents: number; visitors: number };
  /** What a telephone of this machine dials, and whether one is there to place a call. */
  call: { possible: boolean; running: number; address: string };
  rush: { running: boolean };
}

interface SignedIn {
  agent: { id: string };
  csrf: string;
}

interface Presence {
  consoles: number;
  channels: Record<string, { availability: string }>;
}

const TRIES = 40;
const BETWEEN_TRIES_MS = 250;

export async function readState(): Promise<DemoState> {
  return (await ask("demo/state")) as DemoState;
}

export const startRush = (): Promise<unknown> => ask("demo/rush", { method: "POST" });
export const placeCall = (): Promise<unknown> => ask("demo/call", { method: "POST" });
export const endCalls = (): Promise<unknown> => ask("demo/call", { method: "DELETE" });
export const clearAll = (): Promise<unknown> => ask("demo/clear", { method: "POST" });

/** Who this browser is signed in as, if anybody. */
export async function whoIsHere(): Promise<SignedIn | null> {
  if (!signedInHere()) return null;
  return ask("api/v1/session").then(
    (who) => who as SignedIn,
    () => null,
  );
}

export async function signInAsDemoAgent(): Promise<SignedIn> {
  return (await ask("demo/sign-in", { method: "POST" })) as SignedIn;
}

/** Whoever tries the demonstration wants it to ring: once their console is connected, an offline agent is available. */
export async function goOnDuty({ agent, csrf }: SignedIn): Promise<void> {
  const at = `api/v1/agents/${encodeURIComponent(agent.id)}/presence`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { consoles, channels } = (await ask(at)) as Presence;
    if (consoles > 0) {
      if (!Object.values(channels).every((channel) => channel.availability === "offline")) return;
      const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
      await ask(at, { method: "PUT", headers, body: JSON.stringify({ channel: null, availability: "available" }) });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
  }
}

async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(new URL(`../${path}`, document.baseURI), { credentials: "same-origin", ...init });
  } catch {
    throw WireError.from({ code: "no_answer", retryable: true });
  }
  const body = (await response.json().catch(() => ({}))) as Partial<ErrorBody>;
  if (!response.ok) throw WireError.from({ code: body.code ?? "internal" });
  return body;
}
