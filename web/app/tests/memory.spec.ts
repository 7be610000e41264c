// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseSummary } from "../src/api/memory.ts";
import { Field } from "../src/api/parse.ts";
import {
  ORDERS,
  positionOfOrder,
  signalUpTo,
  splitMeasure,
  timesOf,
} from "../src/pages/memory/panel.ts";
import { inkShare } from "../src/plot/ink_share.ts";

const SUMMARY = {
  begin: 2,
  end: 6,
  exact: true,
  values: [1, null, 3],
  coefficients: [0.5],
  rms_residual: 0.25,
  clamped: 0,
  local_error: 0.1,
};

test("A summary has times for the points of its reconstruction", () => {
  const summary = parseSummary(new Field(SUMMARY));
  assert.deepEqual(timesOf(summary), [2, 4, 6]);
  assert.deepEqual(summary.values, [1, null, 3]);
  assert.equal(summary.measured, null);
});

test("A measure is taken apart", () => {
  assert.deepEqual(splitMeasure("legs"), { name: "legs", width: "", rest: "" });
  assert.deepEqual(splitMeasure("lagt:100:0.5:1"), { name: "lagt", width: "100", rest: ":0.5:1" });
});

test("The slider of N gives back its own positions", () => {
  ORDERS.forEach((order, position) => assert.equal(positionOfOrder(order), position));
  assert.equal(positionOfOrder(5000), ORDERS.length - 1);
});

test("The signal is shown as far as it is fed", () => {
  const signal = { t: [0, 1, 2, 3], u: [5, 6, 7, 8] };
  assert.deepEqual(signalUpTo(signal, 2), { t: [0, 1], u: [5, 6] });
  assert.deepEqual(signalUpTo(signal, 9), signal);
});

test("Ink grows with the square root of an entry", () => {
  assert.equal(inkShare(-4, 16), 0.5);
  assert.equal(inkShare(0, 0), 0);
});
