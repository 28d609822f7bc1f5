import { useLater } from "../views/later.ts";
import type { Phone } from "./phone.ts";

/** The screen of the agent's devices, which comes when it is asked for. */
export function MyDevices({ phone }: { phone: Phone }) {
  const open = phone.showsDevices.value;
  const parts = useLater(open, () => import("../devices/parts.ts"));
  return open && parts ? <parts.MyDevicesDialog onClose={() => (phone.showsDevices.value = false)} /> : null;
}
