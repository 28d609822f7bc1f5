import { Button } from "@acd/ui/primitives/Button.tsx";
import { useEffect, useRef } from "preact/hooks";

import { t } from "./words.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Digits for whoever listens for tones; those of the keyboard count too. */
export function Keypad({ onKey, onClose }: { onKey: (key: string) => void; onClose: () => void }) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    first.current?.focus();
  }, []);
  return (
    <div
      class="keypad"
      role="group"
      aria-label={t("keys")}
      data-testid="keypad"
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          onClose();
          document.querySelector<HTMLElement>("[data-testid=phone-keypad]")?.focus();
        } else if ((KEYS as readonly string[]).includes(event.key)) onKey(event.key);
      }}
    >
      {KEYS.map((key, index) => (
        <Button key={key} {...(index === 0 ? { buttonRef: first } : {})} onClick={() => { onKey(key); }}>
          {key}
        </Button>
      ))}
    </div>
  );
}
