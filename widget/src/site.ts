/** What the server tells about a website before anybody connects. */
import type { Estimate } from "@acd/ui/wait.ts";
import { WireError } from "@acd/ui/wire.ts";

export interface Department {
  id: string;
  name: Record<string, string>;
  open: boolean;
  /** What comes of a chat that starts now. */
  service: "chat" | "form" | "full" | "closed";
  /** When its hours begin next, while it is closed. */
  opens_ms: number | null;
  estimate: Estimate | null;
  channels: string[];
}

export interface Site {
  site: string;
  name: string;
  departments: Department[];
  limits: { message_chars: number };
}

/** The best that comes of asking now: what the visitor is shown first. */
export function best({ departments }: Site): Department["service"] {
  const found = (["chat", "form", "full"] as const).find((service) => departments.some((each) => each.service === service));
  return found ?? "closed";
}

/** A form of chats lists where chats are taken; one of messages, where these are kept. */
export type FormKind = "form" | "offline";

/**
 * What a form lets choose from, and what stands there: the first that is open, or else the first of all; once chosen,
 * the same, whatever has become of it.
 */
export function offered({ departments }: Site, kind: FormKind, chosen?: string): { listed: Department[]; shown: Department | undefined } {
  const listed = departments.filter(
    ({ id, channels, service }) => id === chosen || (kind === "form" ? channels.includes("chat") : service === "form"),
  );
  return { listed, shown: listed.find(({ id }) => id === chosen) ?? listed.find(({ open }) => open) ?? listed[0] };
}

const TIMEOUT_MS = 10_000;

/** Throws WireError with the problem's code. */
export async function fetchSite(base: string, site: string): Promise<Site> {
  let response: Response;
  try {
    response = await fetch(`${base}api/v1/widget/${encodeURIComponent(site)}`, {
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw WireError.from({ code: "no_answer" });
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Site> & { code?: string; detail?: string };
  if (!response.ok) throw WireError.from({ code: body.code ?? "internal", message: body.detail ?? "" });
  return body as Site;
}
