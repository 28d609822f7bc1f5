import { IconCross, IconNext, IconUser, type Icon } from "@acd/ui/icons.tsx";
import { Banner } from "@acd/ui/primitives/Banner.tsx";
import { Button, type ButtonKind } from "@acd/ui/primitives/Button.tsx";
import { place, type Side } from "@acd/ui/primitives/place.ts";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import type { Ways } from "../handover/Choice.tsx";
import { useParts } from "../handover/loaded.ts";
import { useDesk } from "../state/context.ts";
import { nameWithin, t } from "../state/words.ts";
import type { AgentChat } from "../state/wire.ts";

interface HandoverProps {
  chat: AgentChat;
  ways?: Ways;
  icon?: Icon;
  kind?: ButtonKind;
  side?: Side;
}

/** To whom a conversation can go: colleagues with who is free, departments with their line. */
export function Handover({ chat, ways, icon = IconNext, kind = "second", side = "below" }: HandoverProps) {
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const parts = useParts();
  const id = useId();
  const put = (): void => {
    if (panel.current && button.current) place(panel.current, button.current, side);
  };
  useEffect(() => {
    if (!open) return;
    // it stays open: a telephone's keyboard changes the window too, and somebody writes
    window.addEventListener("resize", put);
    return () => {
      window.removeEventListener("resize", put);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- listens once, for as long as it is open
  }, [open]);
  const close = (): void => {
    panel.current?.hidePopover();
    button.current?.focus();
  };
  return (
    <>
      <Button
        kind={kind}
        icon={icon}
        class="verb"
        buttonRef={button}
        title={t("handover.open")}
        aria-label={t("handover.open")}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        popovertarget={id}
        data-testid="transfer"
      >
        <span class="word">{t("handover.open")}</span>
      </Button>
      <div
        id={id}
        ref={panel}
        class="menu popover handover"
        role="dialog"
        aria-label={t("handover.of", { name: nameWithin(chat.contact) })}
        popover="auto"
        data-testid="transfer-panel"
        onToggle={(event) => {
          const shown = event.newState === "open";
          setOpen(shown);
          if (shown) put();
        }}
      >
        {open && parts && <parts.Choice chat={chat} {...(ways ? { ways } : {})} onDone={close} />}
      </div>
    </>
  );
}

/** Who else has a part in it, and what can be done about that. */
export function Sharing({ chat }: { chat: AgentChat }) {
  const { desk } = useDesk();
  const { interaction, role, transfer_to, transfer_waits, consulted, guests } = chat;
  const others = guests.filter(({ id }) => id !== consulted?.id && id !== desk.me.value?.id);
  if (chat.state !== "active" && chat.state !== "idle") return null;
  // whoever is asked about a call talks, at the foot of the console
  const talks = chat.channel === "call";
  if (role === "consult" && talks) return null;
  if (role === "guest" || role === "consult") {
    return (
      <Banner
        kind="offline"
        icon={IconUser}
        testId="sharing"
        action={
          <Button kind="quiet" icon={IconCross} data-testid="guest-leave" onClick={() => void desk.steering.leave(interaction)}>
            {t("sharing.leave")}
          </Button>
        }
      >
        {t(role === "guest" ? "sharing.guest" : "sharing.consulted")}
      </Banner>
    );
  }
  return (
    <>
      {transfer_to && (
        <Banner
          kind="offline"
          icon={IconNext}
          testId="sharing"
          action={
            <Button kind="quiet" data-testid="transfer-cancel" onClick={() => void desk.steering.takeBack(interaction)}>
              {t("sharing.take_back")}
            </Button>
          }
        >
          {t(transfer_waits ? "sharing.waits" : "sharing.offered", { name: transfer_to.name })}
        </Banner>
      )}
      {consulted && !talks && (
        <Banner
          kind="offline"
          icon={IconUser}
          testId="sharing"
          action={
            <>
              <Button data-testid="consult-complete" onClick={() => void desk.steering.complete(interaction)}>
                {t("sharing.hand_over")}
              </Button>
              <Button kind="quiet" data-testid="consult-cancel" onClick={() => void desk.steering.endConsultation(interaction)}>
                {t("sharing.end")}
              </Button>
            </>
          }
        >
          {t("sharing.reads", { name: consulted.name })}
        </Banner>
      )}
      {others.length > 0 && (
        <Banner kind="offline" icon={IconUser} testId="sharing">
          {t("sharing.with", { names: others.map(({ name }) => name).join(", ") })}
        </Banner>
      )}
    </>
  );
}
