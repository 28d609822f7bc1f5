import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

import { signal } from "@preact/signals";

import { connections } from "../../ui/tests/connections.mjs";
import { leads } from "../src/alerts/leader.ts";
import { Warm } from "../src/phone/warm.ts";

globalThis.Audio = class {
  play = async () => undefined;
};
const opened = connections({ connectionState: "connected", iceGatheringState: "complete" });

const OFFER = { offer: "ix_1.1", interaction: "ix_1" };
const described = (more = {}) => ({
  interaction: "ix_1",
  tab: "server-ix_1-1",
  to: null,
  kind: "description",
  description: { type: "offer", sdp: "theirs" },
  ...more,
});

/** A call rings at the leading tab. */
function scene() {
  opened.length = 0;
  leads.value = true;
  const said = [];
  const ringing = signal([{ offer: OFFER }]);
  const connection = {
    request: async () => ({ servers: [] }),
    tell: (name, signal) => said.push([name, signal.kind]),
  };
  const devices = { chosen: { speaker: signal("") } };
  const warm = new Warm({ ringing, connection }, devices);
  const stop = warm.start();
  return { warm, ringing, said, stop };
}

/** Until all that was begun is done. */
async function settled() {
  for (let turns = 0; turns < 5; turns++) await turn();
}

test("while it rings, what the server offers is answered once", async () => {
  const { warm, said, ringing, stop } = scene();
  warm.hear(described());
  warm.hear(described());
  await settled();
  assert.equal(opened.length, 1);
  assert.deepEqual(said, [["call.signal", "description"]]);
  ringing.value = [];
  await settled();
  assert.equal(opened[0].connectionState, "closed");
  stop();
});

test("an offer that comes while the call is being answered opens no second line", async () => {
  const { warm, said, stop } = scene();
  assert.equal(warm.take(OFFER.offer), undefined);
  warm.hear(described());
  await settled();
  assert.equal(opened.length, 0);
  assert.deepEqual(said, []);
  stop();
});

test("what was prepared is given to whoever answers, and nothing beside it", async () => {
  const { warm, ringing, stop } = scene();
  warm.hear(described());
  const line = await warm.take(OFFER.offer);
  warm.hear(described({ tab: "server-ix_1-2" }));
  ringing.value = [];
  await settled();
  assert.equal(opened.length, 1);
  assert.equal(opened[0].connectionState, "connected");
  line.close();
  assert.equal(opened[0].connectionState, "closed");
  stop();
});

test("the same call rings anew, and is prepared anew", async () => {
  const { warm, ringing, stop } = scene();
  warm.take(OFFER.offer);
  ringing.value = [];
  ringing.value = [{ offer: { ...OFFER, offer: "ix_1.2" } }];
  warm.hear(described());
  await settled();
  assert.equal(opened.length, 1);
  stop();
});

test("what another page asked for is not prepared here, nor is anything where another tab leads", async () => {
  const { warm, stop } = scene();
  warm.hear(described({ to: "another" }));
  leads.value = false;
  warm.hear(described());
  await settled();
  assert.equal(opened.length, 0);
  stop();
});
