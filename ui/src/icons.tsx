/**
 * The icon set, drawn inline so that no sprite has to be fetched or injected. Strokes lie on a 20 px grid; marks are
 * filled on 12 px, and say by their shape what their colour says again. All are decoration: the words beside them, or
 * the control's label, carry the meaning.
 */
import type { VNode } from "preact";

export interface IconProps {
  /** Extra classes, such as `icon-16` or `is-ok`. */
  class?: string;
}

export type Icon = (props: IconProps) => VNode;

function drawing(base: string, box: string, shape: string): Icon {
  return function Drawn(props: IconProps) {
    return (
      <svg class={props.class ? `${base} ${props.class}` : base} viewBox={box} aria-hidden="true" focusable="false">
        <path d={shape} fill-rule="evenodd" />
      </svg>
    );
  };
}

export const stroke = (shape: string): Icon => drawing("icon", "0 0 20 20", shape);
const mark = (shape: string): Icon => drawing("mark", "0 0 12 12", shape);

export const IconChat = /* @__PURE__ */ stroke(
  "M5 4h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9.5L6 16.75V14H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2Z",
);
export const IconTicket = /* @__PURE__ */ stroke(
  "M4.5 5h11A1.5 1.5 0 0 1 17 6.5v1.25a2.25 2.25 0 0 0 0 4.5v1.25A1.5 1.5 0 0 1 15.5 15h-11A1.5 1.5 0 0 1 3 13.5v-1.25a2.25 2.25 0 0 0 0-4.5V6.5A1.5 1.5 0 0 1 4.5 5ZM12 5v1.6M12 9.2v1.6M12 13.4V15",
);
export const IconConsole = /* @__PURE__ */ stroke(
  "M3.5 11.5 5.3 4.9A1.25 1.25 0 0 1 6.5 4h7a1.25 1.25 0 0 1 1.2.9l1.8 6.6v3.25A1.25 1.25 0 0 1 15.25 16H4.75a1.25 1.25 0 0 1-1.25-1.25V11.5Zm0 0h3.75l1 2h3.5l1-2h3.75",
);
export const IconHelp = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0ZM8 8.25a2 2 0 1 1 2.9 1.8c-.55.3-.9.7-.9 1.3v.15M10 13.7v.05",
);
export const IconDown = /* @__PURE__ */ stroke(
  "m6 8 4 4 4-4",
);
export const IconBack = /* @__PURE__ */ stroke(
  "m12 5-5 5 5 5",
);
export const IconNext = /* @__PURE__ */ stroke(
  "m8 5 5 5-5 5",
);
export const IconCheck = /* @__PURE__ */ stroke(
  "m4.5 10.5 3.5 3.5 7.5-8",
);
export const IconRead = /* @__PURE__ */ stroke(
  "m2 10.5 3.5 3.5L12 6.5M9.5 13l1 1L17.5 6.5",
);
export const IconCross = /* @__PURE__ */ stroke(
  "m5.5 5.5 9 9M14.5 5.5l-9 9",
);
export const IconPlus = /* @__PURE__ */ stroke(
  "M10 4.5v11M4.5 10h11",
);
export const IconMinus = /* @__PURE__ */ stroke(
  "M5 10h10",
);
export const IconClock = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0ZM10 6.25V10l2.5 1.75",
);
export const IconSend = /* @__PURE__ */ stroke(
  "M10 16V4.5M5 9.25l5-5 5 5",
);
export const IconPage = /* @__PURE__ */ stroke(
  "M4.5 4h11A1.5 1.5 0 0 1 17 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4ZM3 7.75h14M5.75 5.9h.01",
);
export const IconMail = /* @__PURE__ */ stroke(
  "M4.5 4.5h11A1.5 1.5 0 0 1 17 6v8a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14V6a1.5 1.5 0 0 1 1.5-1.5ZM3.5 6.25 10 11l6.5-4.75",
);
export const IconVerified = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0ZM7 10.25l2 2 4-4.25",
);
export const IconInfo = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0ZM10 9.25v4M10 6.6v.05",
);
export const IconUser = /* @__PURE__ */ stroke(
  "M6.75 7a3.25 3.25 0 1 0 6.5 0a3.25 3.25 0 1 0-6.5 0ZM3.75 16.5c.8-2.8 3.3-4.25 6.25-4.25s5.45 1.45 6.25 4.25",
);
export const IconCopy = /* @__PURE__ */ stroke(
  "M8.5 7h6.5a1.5 1.5 0 0 1 1.5 1.5v6.5a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5v-6.5a1.5 1.5 0 0 1 1.5-1.5ZM13 7V5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v6.5A1.5 1.5 0 0 0 5 13h2",
);
export const IconSound = /* @__PURE__ */ stroke(
  "M3.5 8v4h2.75L10 15.25V4.75L6.25 8H3.5ZM13 7.5a3.5 3.5 0 0 1 0 5M15.25 5.25a6.75 6.75 0 0 1 0 9.5",
);
export const IconBag = /* @__PURE__ */ stroke(
  "M4.5 7h11l.75 8.5a1 1 0 0 1-1 1H4.75a1 1 0 0 1-1-1L4.5 7ZM7.25 9V5.75a2.75 2.75 0 0 1 5.5 0V9",
);
export const IconPeak = /* @__PURE__ */ stroke(
  "M2.5 14.5h3l3-10 3.5 12 2.5-6.5h3",
);
export const IconSearch = /* @__PURE__ */ stroke(
  "M3.75 9a5.25 5.25 0 1 0 10.5 0a5.25 5.25 0 1 0-10.5 0ZM13 13l3.5 3.5",
);
export const IconTodo = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0Z",
);
export const MarkOk = /* @__PURE__ */ mark(
  "M2 6a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z",
);
export const MarkWarn = /* @__PURE__ */ mark(
  "M5.15 1.9a1 1 0 0 1 1.7 0l4 7A1 1 0 0 1 10 10.4H2a1 1 0 0 1-.85-1.5l4-7Z",
);
export const MarkDanger = /* @__PURE__ */ mark(
  "M5.3.9a1 1 0 0 1 1.4 0l4.4 4.4a1 1 0 0 1 0 1.4l-4.4 4.4a1 1 0 0 1-1.4 0L.9 6.7a1 1 0 0 1 0-1.4L5.3.9Z",
);
export const MarkAway = /* @__PURE__ */ mark(
  "M6 1.75a4.25 4.25 0 1 0 4.25 4.25A3.25 3.25 0 0 1 6 1.75Z",
);
export const MarkOff = /* @__PURE__ */ mark(
  "M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5Zm0 1.5a2.75 2.75 0 1 0 0 5.5 2.75 2.75 0 0 0 0-5.5Z",
);
export const MarkBusy = /* @__PURE__ */ mark(
  "M4 2h4a2 2 0 0 1 2 2v4a2 2 0 0 1-2 2h-4a2 2 0 0 1-2-2v-4a2 2 0 0 1 2-2Z",
);
export const MarkWrap = /* @__PURE__ */ mark(
  "M6 1.75a4.25 4.25 0 1 1 0 8.5 4.25 4.25 0 0 1 0-8.5Zm0 1.5a2.75 2.75 0 0 0 0 5.5Z",
);
/** The account menu: which language, which theme, and the way out. */
export const IconGlobe = /* @__PURE__ */ stroke(
  "M3.25 10a6.75 6.75 0 1 0 13.5 0a6.75 6.75 0 1 0-13.5 0ZM3.25 10h13.5M10 3.25c2 2 2.75 4.25 2.75 6.75S12 14.75 10 16.75C8 14.75 7.25 12.5 7.25 10S8 5.25 10 3.25Z",
);
export const IconTheme = /* @__PURE__ */ stroke(
  "M16.25 12A6.75 6.75 0 0 1 8 3.75a6.5 6.5 0 1 0 8.25 8.25Z",
);
export const IconLeave = /* @__PURE__ */ stroke(
  "M8.5 16.5H5.25A1.5 1.5 0 0 1 3.75 15V5a1.5 1.5 0 0 1 1.5-1.5H8.5M12.5 13.5 16.25 10 12.5 6.5M16 10H8",
);
export const IconTrash = /* @__PURE__ */ stroke(
  "M4 5.75h12M8 5.75V4.5a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.25M5.5 5.75l.7 9.3a1.5 1.5 0 0 0 1.5 1.45h4.6a1.5 1.5 0 0 0 1.5-1.45l.7-9.3M8.5 9v4.25M11.5 9v4.25",
);
