/** What is particular to a call whose audio the server carries. */

/** How the names of the server begin, one an offer. It hears no candidates after the answer: they are gathered first. */
const SERVER = "server-";
/** The one that carries a visitor's call, and what telephones speak: it passes audio on and changes nothing. */
export const LINE = `${SERVER}line`;
const CODECS = new Set(["audio/PCMU", "audio/PCMA", "audio/telephone-event"]);
const GATHERING_MS = 300;

export const isServer = (tab: string | null): boolean => tab?.startsWith(SERVER) ?? false;

/** Only what telephones speak, too. */
export function narrow(connection: RTCPeerConnection): void {
  const known = RTCRtpReceiver.getCapabilities("audio")?.codecs.filter(({ mimeType }) => CODECS.has(mimeType)) ?? [];
  for (const transceiver of connection.getTransceivers()) transceiver.setCodecPreferences(known);
}

/** Until the page knows its addresses, or long enough: those of its own network come at once. */
export async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === "complete") return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GATHERING_MS);
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    };
  });
}
