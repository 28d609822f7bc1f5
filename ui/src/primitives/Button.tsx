import type { ButtonHTMLAttributes, Ref } from "preact";

import type { Icon } from "../icons.tsx";

export type ButtonKind = "second" | "primary" | "danger" | "quiet";

export interface ButtonProps extends Omit<ButtonHTMLAttributes, "icon"> {
  /** One primary a view; the default is the quiet outline. */
  kind?: ButtonKind;
  /** Shown before the words. */
  icon?: Icon;
  /** Only the icon is drawn; `label` becomes the accessible name and the tooltip. */
  label?: string;
  /** The shortcut shown in the tooltip of an icon-only button. */
  keys?: string;
  class?: string;
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A button that never submits by accident: pass `type="submit"` where it should. */
export function Button({ kind = "second", icon: Drawn, label, keys, class: more, buttonRef, children, ...rest }: ButtonProps) {
  const classes = ["button", kind === "second" ? "" : kind, label ? "icon-only" : "", more ?? ""].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      class={classes}
      {...(label ? { "aria-label": label, title: keys ? `${label} (${keys})` : label } : {})}
      {...(buttonRef ? { ref: buttonRef } : {})}
      {...rest}
    >
      {Drawn && <Drawn />}
      {children}
    </button>
  );
}
