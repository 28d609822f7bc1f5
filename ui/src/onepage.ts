/** A call is in one page of a browser: whichever took it last. */

/** Takes it here; `lost` is called when another page of the same browser takes it. Returns the way to let go. */
export function takeHere(interaction: string, lost: () => void): () => void {
  if (!("BroadcastChannel" in globalThis)) return () => undefined;
  const channel = new BroadcastChannel(`acd.call.${interaction}`);
  channel.onmessage = () => {
    channel.close();
    lost();
  };
  channel.postMessage("here");
  return () => {
    channel.close();
  };
}
