/** A page's ear and mouth: the microphone, how loud it is, the other's voice, and what is played on hold. */
import { signal, type ReadonlySignal } from "@preact/signals";

/** refused: by the person or their browser. missing: there is none. unsafe: the page is not served over https. */
export type NoVoice = "refused" | "missing" | "unsafe";

const WANTED: MediaStreamConstraints = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

/** Asks for the microphone: a stream to be stopped with `silence`, or why there is none. */
export async function microphone(): Promise<MediaStream | NoVoice> {
  // browsers hide it from pages that anybody on the way could have changed
  if (!("mediaDevices" in navigator)) return "unsafe";
  try {
    return await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (thrown) {
    return thrown instanceof DOMException && thrown.name === "NotAllowedError" ? "refused" : "missing";
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

/** Plays one voice after another; a browser lets a page do so that has the microphone. */
export class Speaker {
  readonly #audio = new Audio();

  play(voice: MediaStream | null): void {
    this.#audio.srcObject = voice;
    if (voice) void this.#audio.play().catch(() => undefined); // replaced meanwhile
  }
}

let context: AudioContext | undefined;

function listening(): AudioContext {
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

/** Four notes of a broken chord, slow and soft: somebody is there, and has not hung up. */
const NOTES_HZ = [261.63, 329.63, 392, 523.25];
const NOTE_S = 0.9;

/** Music for whoever is on hold, as a track to be sent; `stop` ends it. */
export function music(): { track: MediaStreamTrack | null; stop: () => void } {
  const audio = listening();
  const out = audio.createMediaStreamDestination();
  const volume = audio.createGain();
  const tone = audio.createOscillator();
  volume.connect(out);
  tone.connect(volume);
  tone.type = "triangle";
  volume.gain.value = 0;
  tone.start();
  let next = audio.currentTime + 0.05;
  let step = 0;
  const write = (): void => {
    // a few notes ahead: timers of a page in the background are slow
    while (next < audio.currentTime + 4) {
      tone.frequency.setValueAtTime(NOTES_HZ[step++ % NOTES_HZ.length] ?? 440, next);
      volume.gain.setTargetAtTime(0.16, next, 0.02);
      volume.gain.setTargetAtTime(0.03, next + 0.15, 0.3);
      next += NOTE_S;
    }
  };
  write();
  const timer = setInterval(write, 1000);
  return {
    track: out.stream.getAudioTracks()[0] ?? null,
    stop: () => {
      clearInterval(timer);
      tone.stop();
      volume.disconnect();
    },
  };
}
