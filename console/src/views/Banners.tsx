import { IconClock, IconInfo, MarkDanger, MarkWarn } from "@acd/ui/icons.tsx";
import { Banner } from "@acd/ui/primitives/Banner.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { secondsLeft } from "@acd/ui/time.ts";

import { useDesk } from "../state/context.ts";
import { channelNames, missed } from "../state/presence.ts";
import { errorText, nameOf, t, words } from "../state/words.ts";

/** What is true and touches everything: no connection, no store, rings missed, a refusal. */
export function Banners() {
  return (
    <>
      <Reconnecting />
      <Degraded />
      <Missed />
      <Trouble />
    </>
  );
}

function Reconnecting() {
  const { desk } = useDesk();
  const { connection } = desk;
  const state = connection.state.value;
  const refusal = connection.refusal.value;
  const refused = state === "refused" && refusal !== null;
  // the very first attempt is not a loss
  if (state === "open" || state === "idle" || (desk.me.value === null && !refused)) return null;
  const retryAt = connection.retryAtMs.value;
  // the attempt is due by the reader's own clock; the ticking one only says when to look again
  const left = retryAt === null || desk.now.value === 0 ? 0 : secondsLeft(retryAt - Date.now());
  return (
    <Banner
      kind="offline"
      icon={IconClock}
      testId="reconnect-bar"
      action={
        <Button kind="quiet" onClick={connection.retryNow}>
          {t("connection.now")}
        </Button>
      }
    >
      {refused ? errorText(refusal.code) : t(left > 0 ? "connection.lost" : "connection.trying", { seconds: left })}
    </Banner>
  );
}

function Degraded() {
  const { desk } = useDesk();
  const service = desk.connection.service.value;
  if (service.ok || desk.connection.state.value !== "open") return null;
  return (
    <Banner kind="offline" icon={IconInfo} testId="service-bar">
      <b class="strong">{t("service.degraded")}</b> {errorText(service.code ?? "store_unavailable")}
    </Banner>
  );
}

function Missed() {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  const channels = presence ? missed(presence) : [];
  if (channels.length === 0) return <MissedRing />;
  return (
    <Banner
      kind="missed"
      icon={MarkWarn}
      testId="banner-missed"
      action={
        <Button
          data-testid="banner-return"
          onClick={() => {
            for (const channel of channels) void desk.setPresence(channel, "available");
          }}
        >
          {t("missed.return")}
        </Button>
      }
    >
      <b class="strong">{t("missed.title")}</b> {t("missed.away", { channels: channelNames(channels) })}
    </Banner>
  );
}

/** The first ring that was missed: a trace of it, and no reproach. */
function MissedRing() {
  const { desk } = useDesk();
  const missed = desk.missed.value;
  if (!missed) return null;
  const { offer, atMs } = missed;
  return (
    <Banner
      kind="offline"
      icon={IconClock}
      testId="missed-ring"
      action={
        <Button kind="quiet" onClick={() => (desk.missed.value = null)}>
          {t("error.dismiss")}
        </Button>
      }
    >
      <b class="strong">{t("missed.title")}</b>{" "}
      {t("missed.ring", { name: nameOf(offer.contact), department: desk.departmentName(offer.department), time: words.value.time(atMs) })}{" "}
      {offer.transfer ? t("missed.kept", { name: offer.transfer.name }) : t("missed.went_on")}
    </Banner>
  );
}

function Trouble() {
  const { desk } = useDesk();
  const trouble = desk.trouble.value;
  // a store that is gone has its own line, and so has a lost connection
  if (!trouble || trouble.code === "store_unavailable" || desk.connection.state.value !== "open") return null;
  return (
    <Banner
      kind="missed"
      icon={MarkDanger}
      testId="error"
      action={
        <Button kind="quiet" onClick={() => (desk.trouble.value = null)}>
          {t("error.dismiss")}
        </Button>
      }
    >
      {errorText(trouble.code, { seconds: Math.ceil(trouble.retryAfterS ?? 1) })}
    </Banner>
  );
}
