import { IconDown, MarkAway, MarkOff, MarkOk } from "@acd/ui/icons.tsx";
import { Menu, type MenuGroup } from "@acd/ui/primitives/Menu.tsx";
import { Slots } from "@acd/ui/primitives/Slots.tsx";

import { useDesk } from "../state/context.ts";
import { channelsOf, REASONS, summarise } from "../state/presence.ts";
import { known, t } from "../state/words.ts";
import type { Channel } from "../state/wire.ts";

const MARKS = { available: MarkOk, away: MarkAway, offline: MarkOff };
const TONES = { available: "is-ok", away: "muted", offline: "muted" };

/** Whether and where the agent rings, and how much of them is taken. */
export function PresenceBar() {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  if (!presence) return <header class="me" />;
  const channels = channelsOf(presence);
  const summary = summarise(presence, channels);
  const Mark = MARKS[summary.availability];
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
        <Mark class={TONES[summary.availability]} />
        <span class="clip">{summary.text}</span>
        <IconDown class="icon-16 muted" />
      </Menu>
      <Capacity channel={channels[0] ?? "chat"} />
    </header>
  );

  function groupsOf(channels: readonly Channel[]): readonly MenuGroup[] {
    const away = (reason: string) => ({
      id: reason || "away",
      role: "radio" as const,
      text: reason ? known("reason", reason) : t("presence.away"),
      icon: MarkAway,
      iconClass: "muted",
      checked: summary.availability === "away" && summary.reason === reason,
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
          checked: summary.availability === "available" && !summary.partly,
          keys: "Alt P",
          testId: "presence-available",
          onPick: () => void desk.setPresence(null, "available"),
        },
        ...REASONS.map(away),
        away(""),
      ],
    };
    if (channels.length < 2) return [state];
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
    return [state, each];
  }
}

function Capacity({ channel }: { channel: Channel }) {
  const { desk } = useDesk();
  const state = desk.presence.value?.channels[channel];
  if (!state) return null;
  const ringing = desk.ringing.value.filter((ring) => ring.offer.channel === channel).length;
  const wrapUp = desk.chats.value.filter((chat) => chat.channel === channel && chat.state === "wrap_up").length;
  const taken = Math.max(0, state.count - ringing - wrapUp);
  return (
    <span class="capacity" title={t("capacity.title", { taken, wrapUp, ringing })} data-testid="capacity">
      <Slots taken={taken} wrapUp={wrapUp} ringing={ringing} total={state.max} />
      <span class="number">
        {/* what rings holds a place but is not yet taken */}
        {taken + wrapUp}/{state.max} <span class="visually-hidden">{t(`channel.${channel}s`)}</span>
      </span>
    </span>
  );
}
