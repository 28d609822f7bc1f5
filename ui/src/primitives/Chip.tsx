import type { ComponentChildren, HTMLAttributes } from "preact";

import type { Icon } from "../icons.tsx";

export interface ChipProps extends HTMLAttributes<HTMLSpanElement> {
  tone?: "accent" | "ok" | "warn" | "danger";
  mark?: Icon;
  class?: string;
  children: ComponentChildren;
}

/** A fact in a pill. A tone never stands alone: give a mark or words that say the same. */
export function Chip({ tone, mark: Mark, class: more, children, ...rest }: ChipProps) {
  const classes = ["chip", tone ? `is-${tone}` : "", more ?? ""].filter(Boolean).join(" ");
  return (
    <span class={classes} {...rest}>
      {Mark && <Mark />}
      {children}
    </span>
  );
}
