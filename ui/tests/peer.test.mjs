import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { Peer } from "../src/peer.ts";
import { connections } from "./connections.mjs";

globalThis.MediaStream = class {};
const opened = connections();

const VOICE = { getAudioTracks: () => [] };
const OFFERED = {
  interaction: "ix_1",
  tab: "server-ix_1-1",
  kind: "description",
  description: { type: "offer", sdp: "theirs" },
};

/** An agent's page while it rings, that heard the server's offer. */
async function ringing() {
  opened.length = 0;
  const said = [];
  const send = ({ kind }) => said.push(kind);
  const peer = new Peer({ interaction: "ix_1", side: "agent", voice: null, servers: [], send });
  peer.hear(OFFERED);
  await settled();
  return { peer, said, connection: opened[0] };
}

async function settled() {
  for (let turns = 0; turns < 5; turns++) await turn();
}

test("a page that was given up while it found its addresses answers nothing", async () => {
  const { peer, said, connection } = await ringing();
  peer.close();
  connection.gathered();
  await settled();
  assert.deepEqual(said, []);
});

test("a page whose answer was not the first asks anew as soon as it is taken there", async (context) => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  context.after(() => mock.timers.reset());
  const { peer, said, connection } = await ringing();
  connection.gathered();
  await settled();
  assert.deepEqual(said, ["description"]);
  mock.timers.tick(10_000); // it rings on, and the connection never stands
  await peer.claim(VOICE);
  mock.timers.tick(1);
  assert.deepEqual(said, ["description", "hello"]);
  peer.close();
});

test("a connection that has only just begun is waited for", async (context) => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  context.after(() => mock.timers.reset());
  const { peer, said, connection } = await ringing();
  connection.gathered();
  await settled();
  await peer.claim(VOICE);
  mock.timers.tick(1000);
  assert.deepEqual(said, ["description"]);
  connection.connectionState = "connected";
  connection.onconnectionstatechange();
  assert.equal(peer.state.value, "talking");
  mock.timers.tick(10_000);
  assert.deepEqual(said, ["description", "resumed", "apart"]);
  peer.close();
});
