/** What pages that talk say to each other. */
export interface Description {
  type: "offer" | "answer";
  sdp: string;
}

/** docs/guides/sockets.md, `call.signal`. */
export interface Signal {
  interaction: string;
  tab: string;
  to?: string | null;
  kind: "hello" | "ready" | "description" | "candidate" | "held" | "resumed" | "together" | "apart";
  description?: Description | null;
  candidate?: { candidate: string; mid?: string | null; line?: number | null } | null;
  /** With whom an agent's page talks; unsaid it is the contact. */
  line?: "contact" | "colleague";
  /** With the "together" that a visitor hears: who else hears them. */
  third?: string | null;
}
