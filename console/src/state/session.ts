/** Who is signed in: the HTTP session behind the sockets. */
import { WireError, type ErrorBody } from "@acd/ui/wire.ts";
import { signal } from "@preact/signals";

import { sessionName } from "./kept.ts";

export interface SignedIn {
  agent: { id: string; name: string; role: string; email?: string; locale?: string };
  csrf: string;
}

/** Origin and path of the product: the console lives one folder below. */
export const BASE = new URL("../", document.baseURI).href;
const SESSION = new URL("api/v1/session", BASE);

/** undefined: not known yet. null: nobody. */
export const session = signal<SignedIn | null | undefined>(undefined);

/** What the server sets beside the session, which scripts cannot see: without it there is nobody to ask for. */
export const signedInHere = (): boolean => document.cookie.split("; ").some((cookie) => cookie.startsWith("acd_signed_in="));

/** Asks who is signed in here; a server that does not answer is an error, not a sign-out. */
export async function recall(): Promise<void> {
  if (!signedInHere()) {
    session.value = null;
    return;
  }
  const response = await ask(SESSION, {});
  if (response.status === 401) session.value = null;
  else session.value = (await good(response)) as SignedIn;
}

export async function signIn(email: string, password: string): Promise<void> {
  const response = await ask(SESSION, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  session.value = (await good(response)) as SignedIn;
}

export async function signOut(): Promise<void> {
  const csrf = session.value?.csrf ?? "";
  session.value = null;
  sessionName.keep("");
  await ask(SESSION, { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
}

export async function ask(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: "same-origin", ...init });
  } catch {
    throw new WireError({ code: "no_answer", message: "The server did not answer.", retryable: true });
  }
}

export async function good(response: Response): Promise<unknown> {
  const body = (await response.json().catch(() => ({}))) as Partial<ErrorBody> & { detail?: string; errors?: { field: string }[] };
  if (response.ok) return body;
  const retryAfter = Number(response.headers.get("Retry-After"));
  const field = body.errors?.[0]?.field;
  throw WireError.from({
    ...body,
    code: body.code ?? "internal",
    message: body.detail ?? response.statusText,
    ...(field ? { field } : {}),
    ...(retryAfter > 0 ? { retry_after_s: retryAfter } : {}),
  });
}
