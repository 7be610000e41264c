// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../src/api/bytes.ts";
import { columnsOf, layoutLattice, positionOf } from "../src/plot/lattice_layout.ts";

/** All spans of up to four bytes, with falling probabilities. */
function spans(size: number): { start: number; end: number; probability: number }[] {
  const edges = [];
  for (let start = 0; start < size; ++start) {
    for (let end = start + 1; end <= Math.min(size, start + 4); ++end)
      edges.push({ start, end, probability: 1 / (1 + edges.length) });
  }
  return edges;
}
const ALL = { least: 0, most: 1000, unit: 10 };

test("The best path fills the top lane from left to right", () => {
  const layout = layoutLattice(utf8("abcdef"), spans(6), new Set(["0-2", "2-6"]), ALL);
  const top = layout.bars.filter((bar) => bar.lane === 0);
  assert.deepEqual(
    top.map((bar) => [bar.x, bar.width, bar.best]),
    [
      [0, 20, true],
      [20, 40, true],
    ],
  );
  assert.equal(layout.width, 60);
});

test("No two bars overlap, and each lies over its bytes", () => {
  const edges = spans(20);
  const layout = layoutLattice(
    utf8("abcdefghijklmnopqrst"),
    edges,
    new Set(["0-4", "4-8", "8-12", "12-16", "16-20"]),
    ALL,
  );
  assert.equal(layout.bars.length, edges.length);
  assert.equal(layout.hidden, 0);
  for (const a of layout.bars) {
    assert.equal(a.x, 10 * (edges[a.edge]?.start ?? -1));
    for (const b of layout.bars) {
      if (a !== b && a.lane === b.lane) assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x);
    }
  }
});

test("Improbable edges are left out and counted, the best path never", () => {
  const edges = [
    { start: 0, end: 1, probability: 0.0001 },
    { start: 1, end: 2, probability: 0.9 },
    { start: 0, end: 2, probability: 0.0002 },
  ];
  const layout = layoutLattice(utf8("ab"), edges, new Set(["0-1", "1-2"]), {
    least: 0.001,
    most: 1,
    unit: 10,
  });
  assert.deepEqual(
    layout.bars.map((bar) => bar.edge),
    [0, 1],
  );
  assert.equal(layout.hidden, 1);
});

test("A character whose bytes are told apart is wider, and positions inside it are in order", () => {
  const columns = columnsOf(utf8("a中b"), new Set([2, 3]), 10);
  assert.deepEqual(
    columns.map(({ start, end, x, width }) => [start, end, x, width]),
    [
      [0, 1, 0, 10],
      [1, 4, 10, 30],
      [4, 5, 40, 10],
    ],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((byte) => positionOf(columns, byte)),
    [0, 10, 20, 30, 40, 50],
  );
});

test("An empty text has an empty picture", () => {
  assert.deepEqual(layoutLattice(new Uint8Array(), [], new Set(), ALL), {
    columns: [],
    bars: [],
    lanes: 0,
    width: 0,
    hidden: 0,
  });
});
