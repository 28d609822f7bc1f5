import { IconKeypad } from "@acd/ui/call-icons.tsx";
import type { Peer } from "@acd/ui/peer.ts";
import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { t } from "./words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
/** How many of those pressed are shown. */
const SHOWN = 16;

/** Digits for whoever listens for tones: a button, and the keys above it. */
export function Keypad({ peer }: { peer: Peer }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const hears = peer.state.value === "talking" && peer.hearsDigits;
  const word = t(hears ? "keypad" : "keypad_off");
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <Button
        kind="quiet"
        icon={IconKeypad}
        buttonRef={button}
        title={word}
        aria-label={word}
        aria-expanded={open}
        aria-controls={id}
        aria-disabled={!hears}
        data-testid="phone-keypad"
        onClick={() => { setOpen(hears && !open); }}
      >
        <span class="word">{t("keypad")}</span>
      </Button>
      {open && <Keys id={id} button={button} onKey={(key) => { peer.press(key); }} onClose={close} onLeave={() => { setOpen(false); }} />}
    </>
  );
}

interface KeysProps {
  id: string;
  button: { current: HTMLElement | null };
  onKey: (key: string) => void;
  onClose: () => void;
  onLeave: () => void;
}

/** Those of the keyboard count too. What was pressed is shown, and said. */
function Keys({ id, button, onKey, onClose, onLeave }: KeysProps) {
  const pad = useRef<HTMLDivElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const [pressed, setPressed] = useState("");
  useEffect(() => {
    first.current?.focus();
    const leave = ({ target }: Event): void => {
      if (target instanceof Node && !pad.current?.contains(target) && !button.current?.contains(target)) onLeave();
    };
    document.addEventListener("pointerdown", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- listens once, for as long as it is open
  }, []);
  const press = (key: string): void => {
    onKey(key);
    setPressed((before) => (before + key).slice(-SHOWN));
  };
  return (
    <div
      id={id}
      ref={pad}
      class="keypad"
      role="group"
      aria-label={t("keys")}
      data-testid="keypad"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        else if ((KEYS as readonly string[]).includes(event.key)) press(event.key);
      }}
    >
      <output class="number" aria-label={t("pressed")} data-testid="keypad-pressed">
        {pressed}
      </output>
      {KEYS.map((key, index) => (
        <Button key={key} {...(index === 0 ? { buttonRef: first } : {})} onClick={() => { press(key); }}>
          {key}
        </Button>
      ))}
    </div>
  );
}
