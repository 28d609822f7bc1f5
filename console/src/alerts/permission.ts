/** Whether the system may notify: the browser's settings change that beside the page, which is told. */
import { signal } from "@preact/signals";

let told: PermissionStatus | undefined;

/** Followed while something shows it. */
export const permission = signal(now(), {
  watched() {
    look();
    void follow();
  },
  unwatched() {
    told?.removeEventListener("change", look);
  },
});

export async function ask(): Promise<void> {
  await Notification.requestPermission();
  look();
}

async function follow(): Promise<void> {
  try {
    told ??= await navigator.permissions.query({ name: "notifications" });
    told.addEventListener("change", look);
  } catch {
    // a browser that does not tell: what was asked here is known
  }
}

function look(): void {
  permission.value = now();
}

function now(): NotificationPermission {
  return typeof Notification === "undefined" ? "denied" : Notification.permission;
}
