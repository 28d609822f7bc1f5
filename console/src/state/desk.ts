/** One agent's desk: what the server says is true, as signals, and the verbs the agent has. */
import { Connection } from "@acd/ui/socket.ts";
import { ServerClock, ticking } from "@acd/ui/time.ts";
import { newClientId, WireError } from "@acd/ui/wire.ts";
import { batch, computed, signal } from "@preact/signals";

import * as lists from "./chats.ts";
import { Conversations } from "./conversations.ts";
import { inSight, sessionName } from "./kept.ts";
import { cameBack } from "./presence.ts";
import * as rings from "./rings.ts";
import { BASE, recall, session, type SignedIn } from "./session.ts";
import { done, locale } from "./settings.ts";
import { Steering } from "./steering.ts";
import type { AgentEvents, AgentRequests } from "./verbs.ts";
import type { AgentChat, Availability, Channel, ConsoleOpened, Line, Me, Named, Offer, Presence } from "./wire.ts";
import { WrapUps } from "./wrapups.ts";

const HEARTBEAT_MS = 5000;

export type Pane = "list" | "thread" | "contact";

export class Desk {
  readonly clock = new ServerClock();
  /** The server's time, each second and each fifth of one; they rest while nothing shows them. */
  readonly now = ticking(this.clock, 1000);
  readonly soon = ticking(this.clock, 200);

  readonly me = signal<Me | null>(null);
  readonly presence = signal<Presence | null>(null);
  readonly rings = signal<rings.Rings>([]);
  readonly chats = signal<lists.Chats>([]);
  readonly lines = signal<readonly Line[]>([]);
  readonly threads = signal<lists.Threads>(new Map());
  /** Conversation → until when its contact counts as typing. */
  readonly typing = signal<ReadonlyMap<string, number>>(new Map());
  /** The last ring that went unanswered, until the next answer or until the agent comes back. */
  readonly missed = signal<{ offer: Offer; atMs: number } | null>(null);
  /** The offer an answer is on its way for. */
  readonly answering = signal<string | null>(null);
  /** What was refused last, until it is dismissed or something succeeds. */
  readonly trouble = signal<WireError | null>(null);
  /** The interaction in sight; one that ended under the agent's eyes stays until they look elsewhere. */
  readonly selected = signal<string | null>(null);
  readonly ended = signal<AgentChat | null>(null);
  readonly pane = signal<Pane>("list");
  readonly conversations = new Conversations(this);
  readonly wrapUps = new WrapUps(this);
  readonly steering = new Steering(this);
  /** Asked to sign out once the work is done. */
  readonly leaving = signal(false);

  readonly ringing = computed(() => this.rings.value.filter((ring) => !ring.over));
  readonly current = computed<AgentChat | null>(() => {
    const wanted = this.selected.value;
    if (wanted === null) return null;
    return this.chats.value.find((chat) => chat.interaction === wanted) ?? (this.ended.value?.interaction === wanted ? this.ended.value : null);
  });

  /** What is shown of this agent may be true no longer: the connection is lost. */
  readonly cut = computed(() => this.me.value !== null && this.connection.state.value !== "open");

  readonly connection: Connection<AgentRequests, AgentEvents>;
  #timers: ReturnType<typeof setInterval>[] = [];

  constructor(who: SignedIn) {
    this.connection = new Connection({
      base: BASE,
      namespace: "/agent",
      auth: () => {
        const name = sessionName.read();
        return { csrf: session.peek()?.csrf ?? who.csrf, talks: "mediaDevices" in navigator, ...(name ? { session: name } : {}) };
      },
    });
    this.#listen();
    this.conversations.listen();
  }

  open(): void {
    this.connection.open();
    this.#timers = [
      setInterval(() => void this.#heartbeat(), HEARTBEAT_MS),
      setInterval(() => {
        this.wrapUps.sendNotesInTime();
      }, 500),
    ];
  }

  close(): void {
    this.#timers.forEach(clearInterval);
    this.connection.close();
  }

  /** Runs a verb; a refusal is shown and answered with undefined. */
  async attempt<Answer>(verb: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      const answer = await verb();
      this.trouble.value = null;
      return answer;
    } catch (thrown) {
      this.trouble.value = WireError.of(thrown);
      return undefined;
    }
  }

  async setPresence(channel: Channel | null, availability: Availability, reason = "", when: "now" | "finished" = "now"): Promise<void> {
    this.leaving.value = availability === "offline" && when === "finished";
    const answer = await this.attempt(() => this.connection.request("presence.set", { channel, availability, reason, when }));
    if (answer) this.#present(answer.presence);
  }

  /** A department's name in the page's language, which need not be the account's. */
  departmentName({ id, name }: Named): string {
    return this.me.value?.departments.find((own) => own.id === id)?.names[locale.value] ?? name;
  }

  /** The card is in sight; a press counts from now on. */
  sawRing(offer: string): void {
    this.rings.value = rings.shown(this.rings.value, offer, Date.now());
  }

  /** The interaction, where it is this agent's now. */
  async accept(offer: string): Promise<AgentChat | null> {
    if (this.answering.value !== null) return null;
    this.answering.value = offer;
    const answer = await this.attempt(() => this.connection.request("offer.accept", { offer }));
    return batch(() => {
      this.answering.value = null;
      if (!answer) return null;
      if (answer.outcome === "accepted") {
        this.rings.value = rings.without(this.rings.value, offer);
        this.missed.value = null;
        done("accepted");
        if (answer.chat) this.hearChat(answer.chat);
        const chat = answer.chat ?? this.chats.value.find((each) => offer.startsWith(`${each.interaction}.`));
        if (chat) this.select(chat.interaction);
        return chat ?? null;
      }
      if (answer.outcome === "taken") this.#lastWord(offer, { kind: "taken", by: answer.winner ?? null });
      else this.#lastWord(offer, { kind: "gone" });
      return null;
    });
  }

  async decline(offer: string): Promise<void> {
    if (this.answering.value !== null) return;
    this.answering.value = offer;
    const answer = await this.attempt(() => this.connection.request("offer.decline", { offer }));
    batch(() => {
      this.answering.value = null;
      if (answer) this.#lastWord(offer, { kind: answer.outcome === "declined" ? "declined" : "gone" });
    });
  }

  select(interaction: string | null): void {
    batch(() => {
      if (this.ended.value && this.ended.value.interaction !== interaction) this.ended.value = null;
      this.selected.value = interaction;
      inSight.keep(interaction ?? "");
      this.pane.value = interaction === null ? "list" : "thread";
    });
  }

  async finish(interaction: string): Promise<void> {
    const ask = { interaction, command: newClientId() };
    const answer = await this.attempt(() => this.connection.request("interaction.finish", ask));
    if (!answer) return;
    done("finished");
    if (answer.chat) this.hearChat(answer.chat);
    this.leaveIfEnded(interaction);
  }

  #listen(): void {
    const { connection } = this;
    connection.onOpen(() => void this.#snapshot());
    connection.on("resync", () => void this.#snapshot());
    connection.refusal.subscribe((refusal) => {
      if (refusal && !refusal.retryable) void this.#identifyAnew();
    });
    connection.on("offer", (offer) => {
      this.clock.sync(offer.now);
      this.rings.value = rings.began(this.rings.value, offer);
      this.#delivered(offer);
    });
    connection.on("offer.ended", (end) => {
      const ring = this.rings.value.find((each) => each.offer.offer === end.offer);
      if (ring && end.outcome === "expired") this.missed.value = { offer: ring.offer, atMs: this.clock.nowMs() };
      this.rings.value = rings.ended(this.rings.value, end);
      this.#forgetLater(end.offer);
    });
    connection.on("chat", (chat) => {
      this.hearChat(chat);
    });
    connection.on("presence", (presence) => {
      this.#present(presence);
    });
    connection.on("lines", ({ lines, now }) => {
      this.clock.sync(now);
      this.lines.value = lines;
    });
  }

  /** Turned away: signed out, or signed in anew in another tab. The session knows. */
  async #identifyAnew(): Promise<void> {
    const before = session.peek()?.csrf;
    await recall().catch(() => undefined);
    const now = session.peek()?.csrf;
    if (now !== undefined && now !== before) this.connection.retryNow();
  }

  async #snapshot(): Promise<void> {
    const opened = await this.attempt(() => this.connection.request("console.open", {}));
    if (!opened) return;
    this.#take(opened);
    // an agent has a handful of conversations: all are at hand, so that counts are exact and switching is instant
    const wanted = new Set([...opened.chats, ...(this.current.value ? [this.current.value] : [])].map((chat) => chat.conversation));
    await Promise.all([...wanted].map((conversation) => this.conversations.fetch(conversation)));
  }

  #take(opened: ConsoleOpened): void {
    sessionName.keep(opened.session);
    this.clock.sync(opened.now);
    batch(() => {
      this.presence.value = opened.presence;
      this.rings.value = rings.snapshot(this.rings.value, opened.offers);
      opened.offers.forEach((offer) => {
        this.#delivered(offer);
      });
      this.lines.value = opened.lines;
      const gone = this.current.value;
      const first = this.me.peek() === null;
      this.me.value = opened.me;
      this.chats.value = opened.chats;
      const before = first ? inSight.read() : null;
      if (opened.chats.some((chat) => chat.interaction === before)) this.select(before);
      if (gone && !opened.chats.some((chat) => chat.interaction === gone.interaction)) this.ended.value = { ...gone, state: "ended" };
    });
  }

  /** It rings here, on the card or counted beneath it: the server stops looking for another device. */
  #delivered({ offer }: Offer): void {
    this.connection.tell("offer.delivered", { offer });
  }

  #present(presence: Presence): void {
    this.clock.sync(presence.now);
    const before = this.presence.value;
    if (presence.seq < (before?.seq ?? 0)) return;
    batch(() => {
      this.presence.value = presence;
      const channel = this.missed.value?.offer.channel;
      if (before && channel && cameBack(before, presence, channel)) this.missed.value = null;
    });
  }

  /** A chat as it is now; an ended one that is in sight stays there, to be read. */
  hearChat(chat: AgentChat): void {
    this.clock.sync(chat.now);
    const isNew = !this.chats.value.some(({ interaction }) => interaction === chat.interaction);
    batch(() => {
      if (chat.state === "ended" && this.selected.value === chat.interaction) this.ended.value = chat;
      this.chats.value = lists.changed(this.chats.value, chat);
    });
    // of a thread that was read before, the history is not what it was
    if (chat.state !== "ended" && isNew) void this.conversations.fetch(chat.conversation);
  }

  /** After the agent themselves ended it: nothing is left to look at. */
  leaveIfEnded(interaction: string): void {
    if (this.selected.value === interaction && !this.chats.value.some((chat) => chat.interaction === interaction)) this.select(null);
  }

  #lastWord(offer: string, over: rings.Over): void {
    this.rings.value = rings.closing(this.rings.value, offer, over);
    this.#forgetLater(offer);
  }

  #forgetLater(offer: string): void {
    setTimeout(() => (this.rings.value = rings.without(this.rings.value, offer)), rings.LAST_WORD_MS);
  }

  async #heartbeat(): Promise<void> {
    if (this.connection.state.value !== "open") return;
    const answer = await this.connection.request("heartbeat", {}).catch(() => undefined);
    if (!answer) return;
    this.clock.sync(answer.now);
    for (const [conversation, seq] of Object.entries(answer.last_seq)) {
      const thread = this.threads.value.get(conversation);
      if (thread && lists.lacks(thread, seq)) void this.conversations.fetch(conversation);
    }
    const over = this.current.value;
    if (over?.state === "ended" && !(over.conversation in answer.last_seq)) this.conversations.follow(over.conversation);
  }
}
