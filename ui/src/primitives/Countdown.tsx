import { useMemo } from "preact/hooks";

export interface CountdownProps {
  /** Milliseconds left now, by the server's clock. */
  leftMs: number;
  /** What the whole ring stands for. */
  wholeMs: number;
  /** A new identity starts the drawing anew: the offer's id. */
  of: string;
  /** Said by the timer, "14 seconds left". */
  label: string;
  /** Over: the ring is empty and a dash stands for the figure. */
  over?: boolean;
}

/** The last seconds, in which the ring turns amber. */
const SOON_S = 5;

/** A ring that runs down. The figure follows the clock; the arc is one animation, so that nothing is drawn in between. */
export function Countdown({ leftMs, wholeMs, of, label, over = false }: CountdownProps) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const share = wholeMs > 0 ? Math.min(1, Math.max(0, leftMs / wholeMs)) : 0;
  // the arc starts from where the card met the clock; moving it at every tick would restart the animation
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const start = useMemo(() => share, [of, wholeMs]);
  const classes = ["countdown", over ? "" : "runs", !over && seconds <= SOON_S ? "soon" : ""].filter(Boolean).join(" ");
  return (
    <div class={classes} style={{ "--left": over ? "0" : String(start), "--now": over ? "0" : String(share), "--of": `${wholeMs}ms` }}>
      <svg viewBox="0 0 48 48" aria-hidden="true" key={of}>
        <circle class="track" cx="24" cy="24" r="21" />
        <circle class="left" cx="24" cy="24" r="21" pathLength="100" />
      </svg>
      {over ? (
        <span aria-hidden="true">–</span>
      ) : (
        <span role="timer" aria-label={label} data-testid="countdown">
          {seconds}
        </span>
      )}
    </div>
  );
}
