/** What a page is given to talk with another, and how long it waits for what. */
import type { Signal } from "./signal.ts";

/** connecting: nobody is heard yet. talking: media flows. lost: it did, and is being sought. closed: over. */
export type PeerState = "connecting" | "talking" | "lost" | "closed";

export interface PeerOptions {
  interaction: string;
  /** Whoever is consulted by a colleague takes the visitor's part. */
  side: "agent" | "visitor";
  line?: "colleague";
  /** The server carries a visitor's audio: the page offers it there, and other pages are nothing to it. */
  anchored?: boolean;
  /**
   * One's own voice; its tracks are muted and resumed here and stopped by whoever asked for it. Without one the page
   * only answers an offer, while it rings, and says nothing until `claim`.
   */
  voice: MediaStream | null;
  servers: RTCIceServer[];
  send: (signal: Signal) => void;
}

/** So long a connection may be interrupted before a fresh one is tried; the agent's page speaks first. */
export const PATIENCE_MS = { agent: 3000, visitor: 5000 };
/** So long a fresh connection may take before another one is tried. */
export const ATTEMPT_MS = 6000;
/** And one that is prepared while it rings: the server takes the first page that answers, which may be on another computer. */
export const PREPARED_MS = 1500;
