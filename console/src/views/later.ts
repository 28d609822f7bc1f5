import { useEffect, useState } from "preact/hooks";

/** A part of the console that comes when it is first wanted; null until it is here. */
export function useLater<Part extends object>(wanted: boolean, load: () => Promise<Part>): Part | null {
  const [part, setPart] = useState<Part | null>(null);
  useEffect(() => {
    // one that did not come is asked for again the next time
    if (wanted && !part) load().then(setPart, () => undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is loaded never changes
  }, [wanted]);
  return part;
}
