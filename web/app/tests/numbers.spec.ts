// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  alphaOfSlider,
  compact,
  decimal,
  maybe,
  power10,
  probability,
  probabilityOfLog,
  significant,
  size,
  sliderOfAlpha,
  tick,
} from "../src/plot/numbers.ts";

test("Probabilities keep three digits, at both ends too", () => {
  assert.equal(probability(1), "100 %");
  assert.equal(probability(0.44427), "44.4 %");
  assert.equal(probability(0.0015267), "0.153 %");
  assert.equal(probability(5.29e-6), "5.3e-6");
  assert.equal(probability(0), "0");
  assert.equal(probability(0.99996), "100.00 %");
});

test("A probability below the range of a double is still told", () => {
  assert.equal(probabilityOfLog(Math.log(0.5)), "50.0 %");
  assert.equal(probabilityOfLog(-1000 * Math.LN10), "1.0\u2009×\u200910⁻¹⁰⁰⁰");
});

test("Powers of ten are counts while they are short", () => {
  assert.equal(power10(Math.log10(58)), "58");
  assert.equal(power10(17.6), "4.0\u2009×\u200910¹⁷");
});

test("Sizes count in powers of a thousand", () => {
  assert.deepEqual([999, 1500, 3.2e6, 4e9].map(size), ["999 B", "1.5 kB", "3.2 MB", "4.0 GB"]);
});

test("In little room three digits stay", () => {
  assert.deepEqual([0, 0.25, 950, 16000, 7.52e6].map(compact), [
    "0",
    "0.25",
    "950",
    "16K",
    "7.52M",
  ]);
});

test("A negative number has a real minus sign", () => {
  assert.equal(decimal(-1234.5, 2), "\u22121,234.50");
});

test("The slider reaches 0 and 1, and every step of it is a value of its own", () => {
  assert.equal(alphaOfSlider(0), 0);
  assert.equal(alphaOfSlider(1), 1);
  for (let i = 0; i <= 100; ++i)
    assert.ok(Math.abs(sliderOfAlpha(alphaOfSlider(i / 100)) - i / 100) < 1e-9);
});

test("Places on an axis have the decimals that tell them apart", () => {
  assert.equal(tick(0.3, 0.1), "0.3");
  assert.equal(tick(0.5, 0.25), "0.50");
  assert.equal(tick(1500, 500), "1,500");
  assert.equal(tick(-2, 1), "\u22122");
  assert.equal(tick(3e7, 1e6), "30M");
});

test("Significant digits keep small and large numbers readable", () => {
  assert.equal(significant(0), "0");
  assert.equal(significant(1234.567), "1,235");
  assert.equal(significant(-0.012345, 3), "\u22120.0123");
  assert.equal(significant(1.23456e-9, 3), "1.23e\u22129");
  assert.equal(maybe(null), "\u2013");
});
