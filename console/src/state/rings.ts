/** What rings: pure steps from one list of rings to the next. */
import type { Channel, Named, Offer, OfferEnded } from "./wire.ts";

/** How a ring ended, while its card still says so. */
export type Over = { kind: "taken"; by: Named | null } | { kind: "left" } | { kind: "declined" } | { kind: "gone" };

export interface Ring {
  offer: Offer;
  /** When its card was first drawn, by the page's own clock; undefined while it waits behind another. */
  shownMs?: number;
  over?: Over;
}

export type Rings = readonly Ring[];

/** How long a card says its last word. */
export const LAST_WORD_MS = 2000;
/** A click this soon after the card appeared was meant for what lay beneath. */
export const GUARD_MS = 300;
/** Past its deadline by this much, a ring the server no longer speaks of is over. */
const STALE_MS = 10_000;

const RANK: Record<Channel, number> = { call: 0, chat: 1, ticket: 2 };

/** What the server says rings now; cards already shown keep their place in time. */
export function snapshot(before: Rings, offers: readonly Offer[]): Rings {
  return offers.map((offer) => ({ ...before.find((ring) => ring.offer.offer === offer.offer && !ring.over), offer }));
}

export function began(before: Rings, offer: Offer): Rings {
  const known = before.some((ring) => ring.offer.offer === offer.offer);
  return known
    ? before.map((ring) => (ring.offer.offer === offer.offer && !ring.over ? { ...ring, offer } : ring))
    : [...before, { offer }];
}

/** The last word on a ring: a card that was seen says briefly why it goes, and what becomes of what its agent declined. */
export function ended(before: Rings, end: OfferEnded): Rings {
  const over = lastWord(end);
  return over ? closing(before, end.offer, over) : without(before, end.offer);
}

function lastWord(end: OfferEnded): Over | null {
  if (end.outcome === "declined") return { kind: "declined" };
  if (end.outcome !== "withdrawn") return null;
  if (end.reason === "taken") return { kind: "taken", by: end.by ?? null };
  return end.reason === "customer_left" ? { kind: "left" } : null;
}

/** Only the card that was in sight explains itself; what waited behind it simply goes. */
export function closing(before: Rings, offer: string, over: Over): Rings {
  return before.flatMap((ring) => {
    if (ring.offer.offer !== offer) return [ring];
    return ring.shownMs === undefined ? [] : [{ ...ring, over: ring.over ?? over }];
  });
}

export function without(before: Rings, offer: string): Rings {
  return before.filter((ring) => ring.offer.offer !== offer);
}

export function shown(before: Rings, offer: string, atMs: number): Rings {
  return before.map((ring) => (ring.offer.offer === offer && ring.shownMs === undefined ? { ...ring, shownMs: atMs } : ring));
}

export function isLive(ring: Ring, nowMs: number): boolean {
  return !ring.over && ring.offer.deadline_ms + STALE_MS > nowMs;
}

/**
 * The card on top: a call outranks a chat, then the first deadline. A card that says its last word stays its moment,
 * unless something rings.
 */
export function onTop(rings: Rings, nowMs: number): Ring | null {
  const live = rings.filter((ring) => isLive(ring, nowMs)).sort(byUrgency);
  return live[0] ?? rings.find((ring) => ring.over) ?? null;
}

/** How many ring behind the one on top, by channel. */
export function behind(rings: Rings, top: Ring, nowMs: number): Partial<Record<Channel, number>> {
  const counts: Partial<Record<Channel, number>> = {};
  for (const ring of rings) {
    if (ring === top || !isLive(ring, nowMs)) continue;
    counts[ring.offer.channel] = (counts[ring.offer.channel] ?? 0) + 1;
  }
  return counts;
}

function byUrgency(one: Ring, other: Ring): number {
  return (
    RANK[one.offer.channel] - RANK[other.offer.channel] ||
    one.offer.deadline_ms - other.offer.deadline_ms ||
    (one.offer.offer < other.offer.offer ? -1 : 1)
  );
}
