/** Where a popover opens: under its button's left edge, or beside its button, ending at its bottom. */
export type Side = "below" | "beside";

const GAP_PX = 4;
const EDGE_PX = 8;

/** Puts a shown popover next to its button, inside the window. Through the CSSOM: a strict policy allows no style text. */
export function place(popover: HTMLElement, button: HTMLElement, side: Side): void {
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = side === "below" ? from.left : from.right + GAP_PX;
  const top = side === "below" ? from.bottom + GAP_PX : from.bottom - height;
  const { clientWidth, clientHeight } = document.documentElement;
  popover.style.left = `${Math.round(clamp(left, clientWidth - width))}px`;
  popover.style.top = `${Math.round(clamp(top, clientHeight - height))}px`;
}

function clamp(value: number, most: number): number {
  return Math.max(EDGE_PX, Math.min(value, most - EDGE_PX));
}
