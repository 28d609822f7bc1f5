/** What is heard on the telephone beside voices, and of several voices at once. */
import { listening } from "@acd/ui/voice.ts";

/** A track made here; `stop` ends it. */
export interface Made {
  track: MediaStreamTrack | null;
  stop: () => void;
}

/** Four notes of a broken chord, slow and soft: somebody is there, and has not hung up. */
const NOTES_HZ = [261.63, 329.63, 392, 523.25];
const NOTE_S = 0.9;

/** Music for whoever is on hold, as a track to be sent; `stop` ends it. */
export function music(): Made {
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

/** Several voices as one. */
export function mixed(...voices: readonly MediaStream[]): Made {
  const audio = listening();
  const out = audio.createMediaStreamDestination();
  const sources = voices.map((voice) => audio.createMediaStreamSource(voice));
  for (const source of sources) source.connect(out);
  return {
    track: out.stream.getAudioTracks()[0] ?? null,
    stop: () => {
      for (const source of sources) source.disconnect();
    },
  };
}

const ECHO_S = 1;

/** A voice as it was a moment ago. */
export function echo(voice: MediaStream): Made {
  const audio = listening();
  const out = audio.createMediaStreamDestination();
  const source = audio.createMediaStreamSource(voice);
  const late = audio.createDelay(ECHO_S);
  late.delayTime.value = ECHO_S;
  source.connect(late).connect(out);
  return {
    track: out.stream.getAudioTracks()[0] ?? null,
    stop: () => {
      source.disconnect();
    },
  };
}
