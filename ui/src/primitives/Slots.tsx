export interface SlotsProps {
  /** Slots held by conversations under way. */
  taken: number;
  /** Slots held by wrap-up. */
  wrapUp: number;
  /** Slots held by what rings. */
  ringing: number;
  /** How many there are. */
  total: number;
  /** Drawn at most; beyond, the figure beside the glyph says it alone. */
  drawn?: number;
}

/** One glyph a slot: full, half, outlined, empty, in that order. The figure is always written beside it. */
export function Slots({ taken, wrapUp, ringing, total, drawn = 8 }: SlotsProps) {
  const held = taken + wrapUp + ringing;
  if (Math.max(total, held) > drawn) return null;
  const glyphs = [
    ...Array<string>(taken).fill("taken"),
    ...Array<string>(wrapUp).fill("wrap"),
    ...Array<string>(ringing).fill("offer"),
    ...Array<string>(Math.max(0, total - held)).fill(""),
  ];
  return (
    <span class="slots" aria-hidden="true">
      {glyphs.map((glyph, index) => (
        <i key={index} class={glyph} />
      ))}
    </span>
  );
}
