import assert from "node:assert/strict";
import { test } from "node:test";

import { detectLocale, Translator } from "../src/i18n.ts";
import { secondsLeft, stopwatch } from "../src/time.ts";

const words = {
  wait: { one: "{count} minute", other: "{count} minutes" },
  rank: { one: "st", two: "nd", few: "rd", other: "th" },
  "error.gone": "Gone.",
  "error.other": "No ({code}).",
};
const english = new Translator("en", words);
const french = new Translator("fr", { ...words, rank: { one: "er", other: "e" } });

test("the first language that is spoken wins", () => {
  assert.equal(detectLocale(null, "de-DE", "fr-CA", "en"), "fr");
  assert.equal(detectLocale("de"), "en");
});

test("each language counts its own way", () => {
  assert.equal(english.t("wait", { count: 0 }), "0 minutes");
  assert.equal(french.t("wait", { count: 0 }), "0 minute");
  assert.deepEqual([1, 2, 3, 4, 11, 22].map((n) => n + english.ordinal("rank", n)), ["1st", "2nd", "3rd", "4th", "11th", "22nd"]);
  assert.deepEqual([1, 2].map((n) => n + french.ordinal("rank", n)), ["1er", "2e"]);
});

test("an unknown code is named, a known one explained", () => {
  assert.equal(english.error("gone", "error.other"), "Gone.");
  assert.equal(english.error("odd", "error.other"), "No (odd).");
});

test("a stopwatch rounds down, a countdown up", () => {
  assert.deepEqual([0, 7999, 252_000, 3_729_000].map(stopwatch), ["0:00", "0:07", "4:12", "1:02:09"]);
  assert.deepEqual([-5, 0, 1, 1000, 1001].map(secondsLeft), [0, 0, 1, 1, 2]);
});
