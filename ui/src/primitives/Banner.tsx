import type { ComponentChildren } from "preact";

import type { Icon } from "../icons.tsx";

export interface BannerProps {
  /** `missed` asks for something; `offline` only says what is true. */
  kind: "missed" | "offline";
  icon: Icon;
  /** The words; a strong start is welcome. */
  children: ComponentChildren;
  /** What can be done about it, at the end of the line. */
  action?: ComponentChildren;
  testId?: string;
}

/** One line under the header, only while something is true. Screen readers hear it once, without losing their place. */
export function Banner({ kind, icon: Drawn, children, action, testId }: BannerProps) {
  return (
    <div class={`banner ${kind}`} role="status" data-testid={testId}>
      <Drawn />
      <p>{children}</p>
      {action}
    </div>
  );
}
