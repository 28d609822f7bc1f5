/** What people write, as text: addresses become links, and nothing else is ever markup. */
import { h, type ComponentChild } from "preact";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;
// a full stop or a bracket after an address belongs to the sentence
const TRAILING = /[.,;:!?\u2026\u00bb\u201d\u2019)\]}]+$/u;

/** How long a text is, in the unit its limit has: code points. */
export function codePoints(text: string): number {
  return Array.from(text).length;
}

export interface Link {
  href: string;
  text: string;
}

/** The text cut at its http(s) addresses, in order; joined again it is the same text. */
export function splitLinks(text: string): (string | Link)[] {
  const parts: (string | Link)[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const found = trimmed(match[0]);
    const href = address(found);
    if (!href) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ href, text: found });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** Text nodes and links that neither vouch for their target nor give it a handle on this page. */
export function linkify(text: string): ComponentChild[] {
  return splitLinks(text).map((part) =>
    typeof part === "string"
      ? part
      : h("a", { href: part.href, target: "_blank", rel: "noopener noreferrer nofollow" }, part.text),
  );
}

function trimmed(found: string): string {
  const rest = found.replace(TRAILING, "");
  // keep a closing bracket whose partner is inside: …/Clay_(pottery)
  return found.startsWith(")", rest.length) && rest.includes("(") && !rest.includes(")") ? `${rest})` : rest;
}

function address(found: string): string | undefined {
  if (!URL.canParse(found)) return undefined;
  const url = new URL(found);
  // a name before an @ is how false addresses are dressed up
  return url.hostname && !url.username ? url.href : undefined;
}
