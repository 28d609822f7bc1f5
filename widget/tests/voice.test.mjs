import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { signal } from "@preact/signals";

import { connections } from "../../ui/tests/connections.mjs";

globalThis.Audio = class {
  play = async () => undefined;
};
globalThis.MediaStream = class {
  getTracks = () => [];
  getAudioTracks = () => [];
};
Object.defineProperty(globalThis, "navigator", {
  value: { mediaDevices: { getUserMedia: async () => new globalThis.MediaStream() } },
});
const { Voice } = await import("../src/call/voice.ts");
connections();

const chat = (more) => ({ interaction: "ix_1", channel: "call", state: "connecting", anchored: false, callback: null, ...more });

/** Until all that was begun is done. */
async function settled() {
  for (let turns = 0; turns < 5; turns++) await turn();
}

test("a call the server carries by the time the page has its servers is spoken to the server", async () => {
  const now = signal(null);
  const asked = [];
  const said = [];
  const connection = {
    on: () => undefined,
    request: () => new Promise((resolve) => asked.push(resolve)),
    tell: (_, { kind, to }) => said.push([kind, to]),
  };
  const voice = new Voice({ chat: now, connection });
  await voice.ask();
  now.value = chat();
  now.value = chat({ anchored: true });
  for (const answer of asked) answer({ servers: [] });
  await settled();
  assert.deepEqual(said.filter(([kind]) => kind === "ready"), [], "no page is asked for");
  assert.equal(asked.length, 2);
  voice.drop();
});
