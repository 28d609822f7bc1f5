/** A call is in one page of a browser: whichever took it last. */

/**
 * Takes a side's half of it here; `lost` is called when another page of the same browser takes that. Returns the way to let
 * go. Both halves may well be in one browser: whoever tries it out is visitor and agent.
 */
export function takeHere(side: "agent" | "visitor", interaction: string, lost: () => void): () => void {
  if (!("BroadcastChannel" in globalThis)) return () => undefined;
  const channel = new BroadcastChannel(`acd.call.${side}.${interaction}`);
  channel.onmessage = () => {
    channel.close();
    lost();
  };
  channel.postMessage("here");
  return () => {
    channel.close();
  };
}
