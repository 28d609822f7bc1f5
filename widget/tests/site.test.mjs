import assert from "node:assert/strict";
import { test } from "node:test";

import { offered } from "../src/site.ts";

const department = (id, service, channels = ["chat"]) => ({ id, open: service === "chat", service, channels });
const seen = (kind, chosen, ...departments) => {
  const { listed, shown } = offered({ departments }, kind, chosen);
  return [listed.map(({ id }) => id), shown?.id];
};

test("what stands in the form is the first that is open", () => {
  assert.deepEqual(seen("form", undefined, department("a", "closed"), department("b", "chat"), department("c", "chat")), [["a", "b", "c"], "b"]);
});

test("where nobody is signed in it is the first of all", () => {
  assert.deepEqual(seen("form", undefined, department("a", "closed"), department("b", "form")), [["a", "b"], "a"]);
  assert.deepEqual(seen("offline", undefined, department("a", "closed"), department("b", "form"), department("c", "form")), [["b", "c"], "b"]);
  assert.deepEqual(seen("form", undefined), [[], undefined]);
});

test("what was chosen stays, though it has closed or takes no chats any more", () => {
  const open = department("a", "chat");
  assert.deepEqual(seen("form", "b", open, department("b", "closed")), [["a", "b"], "b"]);
  assert.deepEqual(seen("form", "b", open, department("b", "closed", [])), [["a", "b"], "b"]);
  assert.deepEqual(seen("offline", "b", department("a", "form"), department("b", "full")), [["a", "b"], "b"]);
});

test("what is not on the site any more leaves its place to what is open", () => {
  assert.deepEqual(seen("form", "gone", department("a", "closed"), department("b", "chat")), [["a", "b"], "b"]);
});
