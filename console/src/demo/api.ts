/** The demonstration's own verbs; they exist only where the server runs as one. */
import { WireError, type ErrorBody } from "@acd/ui/wire.ts";

export interface DemoState {
  /** Another one after a clearing. */
  run: string;
  site: string;
  simulated: { agents: number; visitors: number };
  rush: { running: boolean };
}

const verb = (name: string): URL => new URL(`../demo/${name}`, document.baseURI);

export async function readState(): Promise<DemoState> {
  return (await ask("state", "GET")) as DemoState;
}

export const startRush = (): Promise<unknown> => ask("rush", "POST");
export const clearAll = (): Promise<unknown> => ask("clear", "POST");
export const signInAsDemoAgent = (): Promise<unknown> => ask("sign-in", "POST");

async function ask(name: string, method: "GET" | "POST"): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(verb(name), { method, credentials: "same-origin" });
  } catch {
    throw WireError.from({ code: "no_answer", retryable: true });
  }
  const body = (await response.json().catch(() => ({}))) as Partial<ErrorBody>;
  if (!response.ok) throw WireError.from({ code: body.code ?? "internal" });
  return body;
}
