import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { IconCross } from "../icons.tsx";
import { Button } from "./Button.tsx";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** The name of the button that closes it. */
  closeLabel: string;
  children: ComponentChildren;
  /** Buttons at the end. */
  actions?: ComponentChildren;
}

/** A native modal dialog: the browser keeps focus inside, closes on Escape and gives focus back. */
export function Dialog({ open, onClose, title, closeLabel, children, actions }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="dialog popover"
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose(); // the backdrop is the dialog itself
      }}
    >
      {open && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2 class="title" id={titleId}>
              {title}
            </h2>
            <Button kind="quiet" icon={IconCross} label={closeLabel} onClick={onClose} />
          </div>
          {children}
          {actions && <div class="bar dialog-foot">{actions}</div>}
        </div>
      )}
    </dialog>
  );
}
