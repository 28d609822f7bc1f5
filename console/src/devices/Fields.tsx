import { IconDown } from "@acd/ui/icons.tsx";
import { useId } from "preact/hooks";

import { t } from "./words.ts";

interface TextProps {
  label: string;
  /** How it is written, below it. */
  hint?: string;
  example?: string;
  /** What is wrong with it. */
  fault?: string;
  value: string;
  disabled?: boolean;
  testId: string;
  onChange: (text: string) => void;
}

/** A line of text, told when it is left. */
export function Text({ label, hint = "", example = "", fault = "", value, disabled = false, testId, onChange }: TextProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="input"
        value={value}
        maxLength={120}
        disabled={disabled}
        autocomplete="off"
        placeholder={example}
        data-testid={testId}
        aria-invalid={fault !== ""}
        {...(described ? { "aria-describedby": described } : {})}
        onChange={(event) => { onChange(event.currentTarget.value.trim()); }}
      />
      {fault && (
        <p class="fault" id={`${id}-fault`} role="alert" data-testid={`${testId}-fault`}>
          {fault}
        </p>
      )}
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  disabled: boolean;
  testId: string;
  onChange: (value: string) => void;
}

export function Choice({ label, value, options, disabled, testId, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <span class="select-wrap">
        <select id={id} class="select" value={value} disabled={disabled} data-testid={testId} onChange={(event) => { onChange(event.currentTarget.value); }}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
        <IconDown class="icon-16" />
      </span>
    </div>
  );
}

const SECONDS = [10, 15, 20, 30, 45, 60, 90, 120];

export function Seconds({ value, disabled, onChange }: { value: number; disabled: boolean; onChange: (seconds: number) => void }) {
  const all = [...new Set([...SECONDS, value])].sort((one, other) => one - other);
  return (
    <Choice
      label={t("ring_for")}
      value={String(value)}
      options={all.map((seconds) => ({ value: String(seconds), text: t("seconds", { count: seconds }) }))}
      disabled={disabled}
      testId="device-ring"
      onChange={(seconds) => { onChange(Number(seconds)); }}
    />
  );
}
