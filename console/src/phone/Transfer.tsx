import { IconPhone, IconTransfer } from "@acd/ui/call-icons.tsx";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { WireError } from "@acd/ui/wire.ts";
import { useState } from "preact/hooks";

import type { Manner } from "../state/steering.ts";
import type { AgentChat } from "../state/wire.ts";
import { Handover } from "../views/Handover.tsx";
import type { Phone } from "./phone.ts";
import { t } from "./words.ts";

const AT_ONCE: readonly Manner[] = ["transfer"];
const MANNERS: readonly Manner[] = [...AT_ONCE, "consult"];
const REFUSED = ["phone_number_invalid", "number_country_refused", "number_costly"] as const;
const isRefused = (code: string): code is (typeof REFUSED)[number] => (REFUSED as readonly string[]).includes(code);
const how = (manner: Manner): string => t(manner === "consult" ? "consult_how" : "transfer_how");

/**
 * To whom a call can go: at once, or after a word with the colleague, for which the agent's voice must be in this page;
 * a telephone's call also to a number.
 */
export function Transfer({ phone, chat }: { phone: Phone; chat: AgentChat }) {
  const more = (onDone: () => void) => chat.to_number && <ToNumber phone={phone} onDone={onDone} />;
  const manners = chat.on_phone ? AT_ONCE : MANNERS;
  return <Handover chat={chat} ways={{ manners, how, more }} icon={IconTransfer} kind="quiet" side="above" />;
}

/** The number that is called is called no longer. */
export function TakeBack({ phone }: { phone: Phone }) {
  return (
    <Button kind="quiet" title={t("take_back")} data-testid="transfer-take-back" onClick={() => void phone.given.takeBack()}>
      {t("take_back")}
    </Button>
  );
}

/** The panel scrolls, and this is its end. */
function intoView(fault: HTMLElement | null): void {
  fault?.scrollIntoView({ block: "nearest" });
}

function ToNumber({ phone, onDone }: { phone: Phone; onDone: () => void }) {
  const [number, setNumber] = useState("");
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const give = async (): Promise<void> => {
    setBusy(true);
    try {
      await phone.given.to(number.trim());
      onDone();
    } catch (thrown) {
      const { code } = WireError.of(thrown);
      setFault(t(isRefused(code) ? code : "not_done"));
    }
    setBusy(false);
  };
  return (
    <form
      class="to-number"
      onSubmit={(event) => {
        event.preventDefault();
        if (number.trim() && !busy) void give();
      }}
    >
      <h3 class="label" id="to-number">
        {t("to_number")}
      </h3>
      <div class="bar">
        <input
          class="input"
          type="tel"
          aria-labelledby="to-number"
          placeholder="+33 1 23 45 67 89"
          value={number}
          maxLength={40}
          autocomplete="off"
          data-testid="transfer-number"
          aria-invalid={fault !== ""}
          {...(fault ? { "aria-describedby": "to-number-fault" } : {})}
          onInput={(event) => {
            setNumber(event.currentTarget.value);
            setFault("");
          }}
        />
        <Button type="submit" icon={IconPhone} label={t("give")} aria-busy={busy} data-testid="transfer-to-number" />
      </div>
      {fault && (
        <p class="fault" id="to-number-fault" role="alert" ref={intoView}>
          {fault}
        </p>
      )}
    </form>
  );
}
