/** Where a popover opens: under or over its button's left edge, or beside its button, ending at its bottom. */
export type Side = "below" | "above" | "beside";

const GAP_PX = 4;
const EDGE_PX = 8;

/** Puts a shown popover next to its button, inside the window. Through the CSSOM: a strict policy allows no style text. */
export function place(popover: HTMLElement, button: HTMLElement, side: Side): void {
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = side === "beside" ? from.right + GAP_PX : from.left;
  const top = side === "below" ? from.bottom + GAP_PX : from.bottom - height;
  const { clientWidth, clientHeight } = document.documentElement;
  popover.style.left = `${Math.round(clamp(left, clientWidth - width))}px`;
  if (side === "above") {
    // what is loaded later grows upwards, as far as the window goes
    popover.style.maxHeight = `${Math.max(0, Math.floor(from.top - GAP_PX - EDGE_PX))}px`;
    popover.style.bottom = `${Math.round(clientHeight - from.top + GAP_PX)}px`;
    return;
  }
  popover.style.top = `${Math.round(clamp(top, clientHeight - height))}px`;
}

function clamp(value: number, most: number): number {
  return Math.max(EDGE_PX, Math.min(value, most - EDGE_PX));
}
