/** The agent's own devices, as `/api/v1/agents/{agent}/devices` keeps them. */
import { ask, BASE, good, session } from "../state/session.ts";

export type Mode = "all" | "in_turn";

export interface Device {
  id: string;
  kind: "browser" | "sip" | "phone";
  address: string;
  name: string;
  /** 1 rings first. */
  place: number;
  ring_s: number;
  /** The opening hours it rings in; null for always. */
  hours: string | null;
  closed_console: boolean;
  enabled: boolean;
  verified: boolean;
  /** Of the configuration, and not to be changed here. */
  provisioned: boolean;
}

export type Change = Partial<Pick<Device, "address" | "name" | "place" | "ring_s" | "hours" | "closed_console" | "enabled">>;

export interface MyDevices {
  mode: Mode;
  items: Device[];
  /** Whether this server can call a telephone. */
  verifiable: boolean;
  /** The opening hours there are. */
  calendars: string[];
  /** The exchanges whose desk phones agents may add. */
  desk_hosts: string[];
}

async function call<Answer>(method: string, path = "", body?: object): Promise<Answer> {
  const signedIn = session.peek();
  const where = new URL(`api/v1/agents/${signedIn?.agent.id ?? ""}/devices${path}`, BASE);
  const headers = { "X-CSRF-Token": signedIn?.csrf ?? "", ...(body ? { "Content-Type": "application/json" } : {}) };
  return (await good(await ask(where, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }))) as Answer;
}

export const load = (): Promise<MyDevices> => call("GET");
export const ring = (mode: Mode): Promise<unknown> => call("PATCH", "", { mode });
export const add = (address: string, name: string, place: number): Promise<Device> => call("POST", "", { address, name, place });
export const change = (device: string, what: Change): Promise<Device> => call("PATCH", `/${device}`, what);
export const remove = (device: string): Promise<unknown> => call("DELETE", `/${device}`);
/** It is called, and says a code; until it was picked up, or was not, which may take half a minute. */
export const verify = (device: string): Promise<unknown> => call("POST", `/${device}/verify`);
export const confirm = (device: string, code: string): Promise<Device> => call("POST", `/${device}/confirm`, { code });
