import { IconCheck, IconCopy, IconCross, IconInfo } from "@acd/ui/icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useRef, useState } from "preact/hooks";

import { initials, pagePath } from "../names.ts";
import { useDesk } from "../state/context.ts";
import { callWord } from "../state/entries.ts";
import { locale } from "../state/settings.ts";
import { known, nameOf, t, words } from "../state/words.ts";
import type { Channel, PastInteraction } from "../state/wire.ts";
import { CHANNEL_ICONS } from "./Inbox.tsx";
import { lasted } from "./lasted.ts";

interface Known {
  interaction: string;
  conversation: string;
  channel: Channel;
  contact: { name: string };
  from_telephone?: boolean;
}

/** Who this is, where they are on the site, and what there was before. */
export function Contact({ chat, open }: { chat: Known; open: boolean }) {
  const { desk } = useDesk();
  const thread = desk.threads.value.get(chat.conversation);
  const contact = thread?.contact;
  const page = pagePath(contact?.page ?? null);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) close.current?.focus();
  }, [open]);
  const past = (thread?.history ?? []).filter((each) => each.interaction !== chat.interaction);
  return (
    <aside
      class={open ? "contact is-open" : "contact"}
      id="contact"
      aria-label={t("contact.label")}
      data-testid="contact-pane"
      onKeyDown={(event) => {
        if (open && event.key === "Escape") desk.pane.value = "thread";
      }}
    >
      <header>
        <span class="avatar" aria-hidden="true">
          {initials(nameOf(chat.contact))}
        </span>
        <div class="clip">
          <h2 class="title clip">{nameOf(contact ?? chat.contact)}</h2>
          {contact && (
            <p class="small muted with-icon">
              {contact.verified ? <IconCheck class="icon-16" /> : <IconInfo class="icon-16" />}
              {t(contact.verified ? "contact.verified" : "contact.unverified")}
            </p>
          )}
        </div>
        <Button
          kind="quiet"
          icon={IconCross}
          label={t("contact.close")}
          class="close"
          buttonRef={close}
          onClick={() => (desk.pane.value = "thread")}
        />
      </header>
      {contact && (
        <dl class="facts">
          {page && (
            <>
              <dt>{t("contact.page")}</dt>
              <dd class="clip">
                <a href={page.href} target="_blank" rel="noopener noreferrer">
                  {page.text}
                </a>
              </dd>
            </>
          )}
          <dt>{t("contact.email")}</dt>
          <dd class="clip" {...(contact.email ? { title: contact.email } : {})}>
            {contact.email ?? t("contact.not_given")}
          </dd>
          {(contact.phones.length > 0 || chat.from_telephone) && (
            <>
              <dt>{t("contact.phone")}</dt>
              <dd data-testid="contact-phone">
                {contact.phones.length === 0 && t("contact.phone_unknown")}
                {contact.phones.map((number) => (
                  <Phone key={number} number={number} talking={chat.channel === "call"} />
                ))}
              </dd>
            </>
          )}
          {contact.locale && (
            <>
              <dt>{t("contact.locale")}</dt>
              <dd>{new Intl.DisplayNames(locale.value, { type: "language" }).of(contact.locale)}</dd>
            </>
          )}
          <dt>{t("contact.interaction")}</dt>
          <dd>
            <Id key={chat.interaction} id={chat.interaction} />
          </dd>
        </dl>
      )}
      <section>
        <h3>{t("contact.history")}</h3>
        {past.length === 0 ? (
          <p class="small muted">{t("contact.first_time")}</p>
        ) : (
          <ul class="past">
            {past.map((each) => (
              <Past key={each.interaction} past={each} nowMs={desk.clock.nowMs()} />
            ))}
          </ul>
        )}
      </section>
    </aside>
  );
}

/** Who talks with them already need not call. */
function Phone({ number, talking }: { number: string; talking: boolean }) {
  return <p class="number">{talking ? number : <a href={`tel:${number.replaceAll(" ", "")}`}>{number}</a>}</p>;
}

/** What `acd explain` and the log know it by. */
function Id({ id }: { id: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
  };
  return (
    <span class="id">
      <span class="clip" title={id} data-testid="interaction-id">{id}</span>
      {isSecureContext && (
        <Button
          kind="quiet"
          icon={copied ? IconCheck : IconCopy}
          label={t(copied ? "contact.copied" : "contact.copy")}
          data-testid="copy-id"
          onClick={() => void copy().catch(() => undefined)}
        />
      )}
    </span>
  );
}

function Past({ past, nowMs }: { past: PastInteraction; nowMs: number }) {
  const Drawn = CHANNEL_ICONS[past.channel];
  const { outcome, disposition, agent, note, talked_ms } = past;
  const came = callWord(past) === "withdrawn" ? t("call.withdrawn") : outcome ? known("outcome", outcome) : t("outcome.open");
  const what = disposition ? known("disposition", disposition) : came;
  const more = [agent, talked_ms === null ? null : lasted(talked_ms)].filter(Boolean).join(", ");
  const today = new Date(past.at_ms).toDateString() === new Date(nowMs).toDateString();
  const day = new Intl.DateTimeFormat(locale.value, { day: "2-digit", month: "2-digit" }).format(past.at_ms);
  return (
    <li>
      <Drawn />
      <span class="clip">{what}</span>
      <span class="muted time">{today ? words.value.time(past.at_ms) : day}</span>
      {more && <span class="muted clip">{more}</span>}
      {note && (
        <span class="muted noted" dir="auto">
          {note}
        </span>
      )}
    </li>
  );
}
