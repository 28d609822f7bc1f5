/** Which microphone and which speaker the telephone uses: chosen once on this device, empty for what the system says. */
import { signal, type Signal } from "@preact/signals";

export interface Device {
  id: string;
  name: string;
}

export type DeviceKind = "microphone" | "speaker";

const KINDS = { microphone: "audioinput", speaker: "audiooutput" } as const;
/** What Chromium lists beside the real ones: they are what the empty choice means. */
const ALIASES = new Set(["default", "communications"]);
const PREFIX = "acd.console.";

export class Devices {
  readonly chosen: Readonly<Record<DeviceKind, Signal<string>>> = { microphone: signal(stored("microphone")), speaker: signal(stored("speaker")) };
  readonly #there = signal<readonly MediaDeviceInfo[]>([]);

  /** Follows what is plugged in and out. Returns the way to stop. */
  start(): () => void {
    if (!("mediaDevices" in navigator)) return () => undefined;
    const { mediaDevices } = navigator;
    const look = (): void => void this.look();
    look();
    mediaDevices.addEventListener("devicechange", look);
    return () => {
      mediaDevices.removeEventListener("devicechange", look);
    };
  }

  /** Browsers name devices only to pages that were given a microphone before. */
  async look(): Promise<void> {
    this.#there.value = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  }

  of(kind: DeviceKind): readonly Device[] {
    return this.#there.value
      .filter((device) => device.kind === KINDS[kind] && device.label && !ALIASES.has(device.deviceId))
      .map(({ deviceId: id, label: name }) => ({ id, name }));
  }

  /** Whether a page may say where voices come out. */
  static canChoose(kind: DeviceKind): boolean {
    return kind === "microphone" || "setSinkId" in HTMLMediaElement.prototype;
  }

  choose(kind: DeviceKind, device: string): void {
    this.chosen[kind].value = device;
    try {
      localStorage.setItem(PREFIX + kind, device);
    } catch {
      // forbidden: it lasts as long as the page
    }
  }
}

function stored(kind: DeviceKind): string {
  try {
    return localStorage.getItem(PREFIX + kind) ?? "";
  } catch {
    return "";
  }
}
