import { IconTodo, IconVerified } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { stopwatch } from "@acd/ui/time.ts";
import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";

import { ask, permission } from "../alerts/permission.ts";
import { audible, test } from "../alerts/sound.ts";
import { useDesk } from "../state/context.ts";
import { channelNames, channelsOf, hasRoom, summarise, those } from "../state/presence.ts";
import { soundTested, soundTestedMs } from "../state/settings.ts";
import { nameOf, t, words } from "../state/words.ts";
import { Banners } from "./Banners.tsx";

/** Nothing is in sight: what happens next, and what is left to set up here. */
export function Calm({ banners }: { banners: boolean }) {
  const { desk } = useDesk();
  const presence = desk.presence.value;
  if (!presence) {
    return (
      <section class="thread" id="thread" aria-busy="true">
        {banners && <Banners />}
        <div class="calm">
          <p class="muted">{t("calm.loading")}</p>
        </div>
      </section>
    );
  }
  const channels = channelsOf(presence);
  const { availability, partly, text } = summarise(presence, channels);
  const on = channelNames(those(presence, channels, "available"));
  const off = channelNames(those(presence, channels, "away"));
  const waiting = desk.lines.value.reduce((sum, line) => sum + line.waiting, 0);
  const away = availability !== "available";
  const open = desk.chats.value.length;
  const rings = desk.ringing.value.length > 0;
  const cut = desk.cut.value;
  const steers = (desk.me.value?.role ?? "agent") !== "agent";
  if (desk.me.value?.departments.length === 0) return <ServesNone banners={banners} steers={steers} />;
  return (
    <section class="thread" id="thread" aria-labelledby="h-calm">
      {banners && <Banners />}
      <div class="calm">
        <div class="calm-head">
          <h2 class="page-title" id="h-calm" tabIndex={-1}>
            {cut ? t("calm.cut") : rings ? t("calm.rings") : waiting > 0 ? t("calm.waiting", { count: waiting }) : t("calm.nobody")}
          </h2>
          <p>
            {cut
              ? t("calm.cut_how")
              : rings
              ? t("calm.rings_how")
              : away
              ? t("calm.away", { state: text.toLocaleLowerCase(words.value.locale) })
              : partly
              ? t(off ? "calm.partly" : "calm.only", { away: off, on })
              : t(open > 0 ? "calm.choose" : "calm.available")}
          </p>
          {!rings && !cut && <HeldBack />}
          {(away || partly) && !rings && !cut && (
            <Button kind="primary" class="return" onClick={() => void desk.setPresence(null, "available")}>
              {t("calm.become_available")}
            </Button>
          )}
        </div>
        <Steps />
        {steers && <NoWallboard />}
      </div>
    </section>
  );
}

/** Of those who wait and would ring here, the first that does not for a while: declined or missed here. */
function HeldBack() {
  const { desk, handset } = useDesk();
  const presence = desk.presence.value;
  const now = desk.now.value;
  const kept = desk.lines.value.flatMap(({ held_back: one, channel, pull }) =>
    one && one.at_ms > now && presence && hasRoom(presence, channel) ? [{ ...one, channel, pull }] : [],
  );
  const first = kept.sort((one, other) => one.at_ms - other.at_ms)[0];
  if (!first) return null;
  return (
    <p class="held-back" data-testid="held-back">
      {t("calm.held_back", { name: nameOf(first.contact), time: stopwatch(first.at_ms - now) })}{" "}
      {first.pull && (
        <Button data-testid="take-now" onClick={() => void handset.pick(first, first.channel)}>
          {t("calm.take_now")}
        </Button>
      )}
    </p>
  );
}

/** Nothing will ever ring here. */
function ServesNone({ banners, steers }: { banners: boolean; steers: boolean }) {
  return (
    <section class="thread" id="thread" aria-labelledby="h-calm">
      {banners && <Banners />}
      <div class="calm">
        <div class="calm-head">
          <h2 class="page-title" id="h-calm" tabIndex={-1}>
            {t("calm.serves_none")}
          </h2>
          <p>{t("calm.serves_none_how")}</p>
        </div>
        {steers && <NoWallboard />}
      </div>
    </section>
  );
}

/** Who watches and steers looks for a place to do so. */
function NoWallboard() {
  return (
    <p class="small muted aside" data-testid="no-wallboard">
      {t("calm.no_wallboard")}{" "}
      <a href="../api/docs/" target="_blank" rel="noopener noreferrer">
        {t("calm.interface")}
      </a>
    </p>
  );
}

function Steps() {
  const silent = useSignal(false);
  const tested = soundTestedMs.value > 0;
  const steps = [tested, permission.value === "granted"];
  const tryOut = async (): Promise<void> => {
    silent.value = !(await test());
    if (!silent.value) soundTested(Date.now());
  };
  return (
    <section class="steps" aria-labelledby="h-steps">
      <header>
        <h2 class="label" id="h-steps">
          {t("steps.title")}
        </h2>
        <span class="label number">{t("steps.count", { done: steps.filter(Boolean).length, all: steps.length })}</span>
      </header>
      <ol>
        <Step
          done={tested}
          title={t("steps.sound")}
          text={silent.value ? t("sound.silent") : tested ? tellSound() : t("steps.sound_why")}
          action={
            <Button kind={tested ? "quiet" : "second"} data-testid="test-sound" onClick={() => void tryOut()}>
              {t(tested ? "steps.again" : "sound.test")}
            </Button>
          }
        />
        <Step
          done={permission.value === "granted"}
          title={t("steps.notifications")}
          text={t(permission.value === "denied" ? "steps.notifications_denied" : "steps.notifications_why")}
          action={permission.value === "default" && <Button onClick={() => void ask()}>{t("steps.allow")}</Button>}
        />
      </ol>
    </section>
  );
}

function tellSound(): string {
  const atMs = soundTestedMs.value;
  const day = words.value.day(atMs, Date.now());
  const said = t("steps.sound_tested", { day, time: words.value.time(atMs) });
  return audible.value ? said : t("steps.sound_asleep");
}

interface StepProps {
  done: boolean;
  title: string;
  text: string;
  action: ComponentChildren;
}

function Step({ done, title, text, action }: StepProps) {
  return (
    <li class={done ? "step done" : "step"}>
      {done ? <IconVerified /> : <IconTodo />}
      <div>
        <h3>
          {title}
          {done && <span class="visually-hidden"> {t("steps.done")}</span>}
        </h3>
        <p>{text}</p>
      </div>
      {action}
    </li>
  );
}
