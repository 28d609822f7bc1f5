import { IconDown, IconLeave, MarkAway, MarkOff, MarkOk, MarkWrap } from "@acd/ui/icons.tsx";
import { Menu, type MenuGroup } from "@acd/ui/primitives/Menu.tsx";
import { Slots } from "@acd/ui/primitives/Slots.tsx";

import { useEffect } from "preact/hooks";

import { useDesk } from "../state/context.ts";
import { channelsOf, metered, REASONS, summarise } from "../state/presence.ts";
import { signOut } from "../state/session.ts";
import { known, t } from "../state/words.ts";
import type { Channel } from "../state/wire.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";

const MARKS = { available: MarkOk, finishing: MarkWrap, away: MarkAway, offline: MarkOff };
const TONES = { available: "is-ok", finishing: "muted", away: "muted", offline: "muted" };

/** Whether and where the agent rings, and how much of them is taken. */
export function PresenceBar() {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  const channels = presence ? channelsOf(presence) : [];
  const summary = presence ? summarise(presence, channels) : null;
  useSignOutWhenDone(summary?.availability ?? "");
  if (!presence || !summary) return <header class="me" />;
  const cut = desk.cut.value;
  const Mark = cut ? MarkOff : MARKS[summary.availability];
  const working = presence.used > 0;
  const wordy = summary.partly || summary.availability === "finishing";
  return (
    <header class="me">
      <Menu
        label={t("presence.label")}
        groups={groupsOf(channels)}
        side="below"
        testId="presence"
        listTestId="presence-menu"
        buttonClass="button quiet"
        buttonTitle={`${t("presence.change")} (Alt P)`}
      >
        <Mark class={cut ? "muted" : TONES[summary.availability]} />
        <span class={cut ? "clip muted" : "clip"}>{cut ? t("presence.unknown") : summary.text}</span>
        <IconDown class="icon-16 muted" />
      </Menu>
      {metered(presence, channels).map((channel, _, all) => (
        <Capacity key={channel} channel={channel} drawn={all.length === 1 && !wordy} named={all.length > 1 || channel !== channels[0]} />
      ))}
    </header>
  );

  function groupsOf(channels: readonly Channel[]): readonly MenuGroup[] {
    const away = (reason: string) => ({
      id: reason || "away",
      role: "radio" as const,
      text: reason ? known("reason", reason) : t("presence.away"),
      icon: MarkAway,
      iconClass: "muted",
      checked: summary?.availability === "away" && summary.reason === reason,
      testId: `presence-${reason || "away"}`,
      onPick: () => void desk.setPresence(null, "away", reason),
    });
    const state = {
      label: t("presence.label"),
      items: [
        {
          id: "available",
          role: "radio" as const,
          text: t("presence.available"),
          icon: MarkOk,
          iconClass: "is-ok",
          checked: summary?.availability === "available" && !summary.partly,
          keys: "Alt P",
          testId: "presence-available",
          onPick: () => void desk.setPresence(null, "available"),
        },
        ...REASONS.map(away),
        away(""),
      ],
    };
    const later = {
      label: t("presence.later"),
      titled: true,
      items: [
        {
          id: "break-later",
          role: "action" as const,
          text: t("presence.break_later"),
          icon: MarkWrap,
          iconClass: "muted",
          testId: "presence-break-later",
          onPick: () => void desk.setPresence(null, "away", "break", "finished"),
        },
        {
          id: "leave-later",
          role: "action" as const,
          text: t("presence.leave_later"),
          icon: IconLeave,
          testId: "presence-leave-later",
          onPick: () => void desk.setPresence(null, "offline", "", "finished"),
        },
      ],
    };
    const groups = working ? [state, later] : [state];
    if (channels.length < 2) return groups;
    const each = {
      label: t("presence.channels"),
      titled: true,
      items: channels.map((channel) => {
        const on = presence?.channels[channel]?.availability === "available";
        return {
          id: channel,
          role: "switch" as const,
          text: t(`channel.${channel}s`),
          checked: on,
          testId: `presence-${channel}`,
          onPick: () => void desk.setPresence(channel, on ? "away" : "available"),
        };
      }),
    };
    return [...groups, each];
  }
}

/** Whoever asked for it is signed out once the last of their work is done. */
function useSignOutWhenDone(availability: string): void {
  const { desk } = useDesk();
  useEffect(() => {
    if (desk.leaving.value && availability === "offline") void signOut().catch(() => undefined);
  }, [desk, availability]);
}

/** With `named` an icon tells which channel's it is; `drawn` with glyphs, where the words leave room for them. */
function Capacity({ channel, drawn, named }: { channel: Channel; drawn: boolean; named: boolean }) {
  const { desk } = useDesk();
  const state = desk.presence.value?.channels[channel];
  if (!state) return null;
  const ringing = desk.ringing.value.filter((ring) => ring.offer.channel === channel).length;
  const wrapUp = desk.chats.value.filter((chat) => chat.channel === channel && chat.state === "wrap_up").length;
  const taken = Math.max(0, state.count - ringing - wrapUp);
  const word = t(`channel.${channel}s`);
  const Drawn = CHANNEL_ICONS[channel];
  return (
    <span class="capacity" title={t("capacity.title", { channel: word, taken, wrapUp, ringing })} data-testid="capacity" data-channel={channel}>
      {named && <Drawn class="icon-16" />}
      {drawn && <Slots taken={taken} wrapUp={wrapUp} ringing={ringing} total={state.max} />}
      <span class="number">
        {/* what rings holds a place but is not yet taken */}
        {taken + wrapUp}/{state.max} <span class="visually-hidden">{word}</span>
      </span>
    </span>
  );
}
