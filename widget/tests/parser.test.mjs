import assert from "node:assert/strict";
import { test } from "node:test";

import { Decoder, Encoder, PacketType } from "../src/lean/parser.ts";

/** The samples of https://socket.io/docs/v4/socket-io-protocol/#sample-session and what they mean. */
const SAMPLES = [
  ['0/visitor,{"site":"shop"}', { type: PacketType.CONNECT, nsp: "/visitor", data: { site: "shop" } }],
  ["1/visitor,", { type: PacketType.DISCONNECT, nsp: "/visitor" }],
  ['2["hello",1]', { type: PacketType.EVENT, nsp: "/", data: ["hello", 1] }],
  ['2/visitor,12["chat.leave",{}]', { type: PacketType.EVENT, nsp: "/visitor", id: 12, data: ["chat.leave", {}] }],
  ['3/visitor,0[{"ok":true}]', { type: PacketType.ACK, nsp: "/visitor", id: 0, data: [{ ok: true }] }],
  ['4/visitor,{"message":"no"}', { type: PacketType.CONNECT_ERROR, nsp: "/visitor", data: { message: "no" } }],
];

function decode(text) {
  const packets = [];
  const decoder = new Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  decoder.add(text);
  return packets;
}

test("packets read as the protocol says, and written the same", () => {
  for (const [text, packet] of SAMPLES) {
    assert.deepEqual(decode(text), [packet]);
    assert.deepEqual(new Encoder().encode(packet), [text]);
  }
});

test("line ends inside the JSON are part of it", () => {
  assert.deepEqual(decode('2["a",\n"b"]')[0].data, ["a", "b"]);
});

test("what is no packet is refused", () => {
  for (const text of ["", "9", "x", '51-["a",{"_placeholder":true,"num":0}]', '2{"not":"a list"}', "2[oops"]) {
    assert.throws(() => decode(text), text);
  }
});
