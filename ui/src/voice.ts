/** A page's ear and mouth: the microphone, how loud it is, the other's voice, and what is played on hold. */
import { signal, type ReadonlySignal } from "@preact/signals";

/** refused: by the person or their browser. missing: there is none. unsafe: the page is not served over https. */
export type NoVoice = "refused" | "missing" | "unsafe";

const WANTED: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/**
 * Asks for the microphone, this one if it is there: a stream to be stopped with `silence`, or why there is none.
 * Chromium takes a device that would be ideal for one that need not be.
 */
export async function microphone(device = ""): Promise<MediaStream | NoVoice> {
  // browsers hide it from pages that anybody on the way could have changed
  if (!("mediaDevices" in navigator)) return "unsafe";
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: device ? { ...WANTED, deviceId: { exact: device } } : WANTED });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotAllowedError") return "refused";
    return device ? microphone() : "missing";
  }
}

/** Whether it may be asked for without a question to the person. */
export async function isAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state === "granted";
  } catch {
    return false; // a browser that does not tell
  }
}

export function silence(voice: MediaStream): void {
  for (const track of voice.getTracks()) track.stop();
}

/** Let a voice through, or silence instead. */
export function enable(voice: MediaStream | null, on: boolean): void {
  for (const track of voice?.getAudioTracks() ?? []) track.enabled = on;
}

/** Plays one voice after another; a browser lets a page do so that has the microphone. */
export class Speaker {
  readonly #audio = new Audio();

  play(voice: MediaStream | null): void {
    this.#audio.srcObject = voice;
    if (voice) void this.#audio.play().catch(() => undefined); // replaced meanwhile
  }

  /** Where it is heard; one that is not there any more leaves it where it was. */
  async through(device: string): Promise<void> {
    if ("setSinkId" in this.#audio) await this.#audio.setSinkId(device).catch(() => undefined);
  }
}

let context: AudioContext | undefined;

/** Where sounds are made and measured. */
export function listening(): AudioContext {
  context ??= new AudioContext();
  void context.resume();
  return context;
}

/** Steps of a level meter. */
export const LOUDEST = 8;
const LOOKED_EVERY_MS = 120;

/** How loud a voice is, 0 to LOUDEST, while something reads it. */
export function loudness(voice: MediaStream): ReadonlySignal<number> {
  let timer: ReturnType<typeof setInterval> | undefined;
  let source: MediaStreamAudioSourceNode | undefined;
  const level = signal(0, {
    watched() {
      const audio = listening();
      const analyser = audio.createAnalyser();
      analyser.fftSize = 1024;
      source = audio.createMediaStreamSource(voice);
      source.connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      timer = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        // -54 dB and less is silence, -6 dB as loud as it should ever be
        const decibels = 10 * Math.log10(power + 1e-9);
        level.value = Math.max(0, Math.min(LOUDEST, Math.round((LOUDEST * (decibels + 54)) / 48)));
      }, LOOKED_EVERY_MS);
    },
    unwatched() {
      clearInterval(timer);
      source?.disconnect();
      level.value = 0;
    },
  });
  return level;
}
