import assert from "node:assert/strict";
import { test } from "node:test";

import { codePoints, splitLinks } from "../src/text.ts";

const links = (text) => splitLinks(text).filter((part) => typeof part !== "string").map((part) => part.text);
const joined = (text) => splitLinks(text).map((part) => (typeof part === "string" ? part : part.text)).join("");

test("the parts of a text are the text", () => {
  for (const text of ["", "plain", "see https://a.example/x.", "https://a.example", "a\nhttp://b.example\nc", "https://"]) {
    assert.equal(joined(text), text);
  }
});

test("a sentence's punctuation is not the address's", () => {
  assert.deepEqual(links("Is it https://a.example/b? Or (https://a.example/c), or https://a.example/d…"), [
    "https://a.example/b",
    "https://a.example/c",
    "https://a.example/d",
  ]);
  assert.deepEqual(links("https://a.example/Clay_(pottery)"), ["https://a.example/Clay_(pottery)"]);
});

test("nothing but the web is a link, and no address in disguise", () => {
  assert.deepEqual(links("javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd"), []);
  assert.deepEqual(links("https://bank.example@evil.example/"), []);
  assert.deepEqual(links('<a href="https://a.example/"onclick=x>'), ["https://a.example/"]);
});

test("a length counts code points, as the server does", () => {
  assert.equal(codePoints("é👩‍👧"), 4);
});
