import type { ComponentChildren, Ref } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { IconCheck, type Icon } from "../icons.tsx";
import { place, type Side } from "./place.ts";
import { next } from "./roving.ts";

/** What a menu lists. A `radio` group shows which one holds; a `switch` may be on or off; an `action` just happens. */
export interface MenuItem {
  id: string;
  role: "radio" | "switch" | "action";
  text: string;
  icon?: Icon;
  iconClass?: string;
  checked?: boolean;
  keys?: string;
  testId?: string;
  onPick: () => void;
}

export interface MenuGroup {
  label: string;
  /** Shows the label above its items; otherwise it is only said. */
  titled?: boolean;
  items: readonly MenuItem[];
}

export interface MenuProps {
  /** The accessible name of the list. */
  label: string;
  groups: readonly MenuGroup[];
  side: Side;
  testId?: string;
  listTestId?: string;
  /** The class of the button that opens it. */
  buttonClass: string;
  buttonLabel?: string;
  buttonTitle?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  children: ComponentChildren;
}

const ROLES = { radio: "menuitemradio", switch: "menuitemcheckbox", action: "menuitem" } as const;

/**
 * A button and its menu in the top layer. Arrows, Home, End and first letters move; Enter and Space pick; Escape and a
 * click elsewhere close and give focus back. Switches stay open, so that several can be set.
 */
export function Menu(props: MenuProps) {
  const { label, groups, side, testId, listTestId, buttonClass, buttonLabel, buttonTitle, buttonRef, children } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement | null>(null);
  const list = useRef<HTMLDivElement>(null);

  // At once, not with the toggle event a task later: the keys pressed meanwhile are meant for the menu
  const show = () => {
    const menu = list.current;
    if (!menu || !button.current) return;
    menu.showPopover();
    place(menu, button.current, side);
    const rows = items(menu);
    (rows.find((row) => row.getAttribute("aria-checked") === "true") ?? rows[0])?.focus();
  };

  useEffect(() => {
    const menu = list.current;
    if (!open || !menu) return;
    const close = () => {
      menu.hidePopover();
    };
    window.addEventListener("resize", close);
    return () => {
      window.removeEventListener("resize", close);
    };
  }, [open]);

  const pick = (item: MenuItem) => {
    if (item.role !== "switch") {
      list.current?.hidePopover();
      button.current?.focus();
    }
    item.onPick();
  };

  return (
    <>
      <button
        type="button"
        ref={(element) => {
          button.current = element;
          if (typeof buttonRef === "function") buttonRef(element);
          else if (buttonRef) buttonRef.current = element;
        }}
        class={buttonClass}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        aria-label={buttonLabel}
        title={buttonTitle}
        data-testid={testId}
        popovertarget={id}
        onClick={(event) => {
          // the browser's own way is left to close what is open
          if (list.current?.matches(":popover-open")) return;
          event.preventDefault();
          show();
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          show();
        }}
      >
        {children}
      </button>
      <div
        id={id}
        ref={list}
        class="menu popover"
        role="menu"
        aria-label={label}
        popover="auto"
        data-testid={listTestId}
        onToggle={(event) => {
          setOpen(event.newState === "open");
        }}
        onKeyDown={(event) => {
          const menu = event.currentTarget;
          if (event.key === "Tab") {
            menu.hidePopover();
            return;
          }
          const row = next(items(menu), document.activeElement, event.key);
          if (row) {
            event.preventDefault();
            row.focus();
          }
        }}
      >
        {groups.map((group) => (
          <div role="group" aria-label={group.label} key={group.label}>
            {group.titled && (
              <p class="label" aria-hidden="true">
                {group.label}
              </p>
            )}
            {group.items.map((item) => (
              <Row key={item.id} item={item} onPick={pick} />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

function Row({ item, onPick }: { item: MenuItem; onPick: (item: MenuItem) => void }) {
  const Drawn = item.icon;
  return (
    <button
      type="button"
      role={ROLES[item.role]}
      tabIndex={-1}
      class="menu-row"
      {...(item.role === "action" ? {} : { "aria-checked": item.checked ?? false })}
      data-testid={item.testId}
      onClick={() => {
        onPick(item);
      }}
    >
      {Drawn ? <Drawn {...(item.iconClass ? { class: item.iconClass } : {})} /> : <span />}
      <span class="clip">{item.text}</span>
      {item.role === "switch" && <i class="switch" aria-hidden="true" data-on={item.checked ?? false} />}
      <span class="with-icon" aria-hidden="true">
        {item.keys && <kbd>{item.keys}</kbd>}
        {item.role === "radio" && item.checked && <IconCheck class="icon-16 is-accent" />}
      </span>
    </button>
  );
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}
