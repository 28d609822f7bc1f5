/** Short tones made on the spot. A browser lets a page sound only after a gesture: sign-in is the first one. */
import { signal } from "@preact/signals";

/** Whether a tone would be heard now. */
export const audible = signal(false);

let context: AudioContext | undefined;

/** Call from a click or a key press. */
export async function unlock(): Promise<boolean> {
  context ??= new AudioContext();
  try {
    await context.resume();
  } catch {
    // no audio device: the ring stays visible
  }
  audible.value = context.state === "running";
  return audible.value;
}

/** The first gesture anywhere unlocks what a reload has locked again. */
export function unlockAtFirstGesture(): void {
  const listen = (): void => {
    void unlock();
    removeEventListener("pointerdown", listen);
    removeEventListener("keydown", listen);
  };
  addEventListener("pointerdown", listen);
  addEventListener("keydown", listen);
}

/** Two soft notes, a fourth apart. */
export function chime(): void {
  note(659.25, 0);
  note(880, 0.16);
}

/** The chime, so that the person hears what a ring sounds like. False when nothing could sound. */
export async function test(): Promise<boolean> {
  const heard = await unlock();
  if (heard) chime();
  return heard;
}

const LOUDNESS = 0.18;
const LENGTH_S = 0.42;

function note(hz: number, delayS: number): void {
  if (context?.state !== "running") return;
  const start = context.currentTime + delayS;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.type = "sine";
  tone.frequency.value = hz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(LOUDNESS, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + LENGTH_S);
}
