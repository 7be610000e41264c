// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../src/api/bytes.ts";
import { clusterEnds, glyphs, groupPieces } from "../src/plot/glyphs.ts";

const marks = (bytes: Uint8Array): string[] =>
  glyphs(bytes).map((g) => (g.kind === "text" ? g.text : `${g.kind}:${g.mark}`));
const piece = (...bytes: number[]): { bytes: Uint8Array } => ({ bytes: Uint8Array.from(bytes) });
const pieces = (...texts: string[]): { bytes: Uint8Array }[] =>
  texts.map((text) => ({ bytes: utf8(text) }));

test("White space gets marks, text stays", () => {
  assert.deepEqual(marks(utf8("a b\t\n")), ["a", "space:·", "b", "space:→", "newline:↵"]);
});

test("What has no shape is named, so that no text can hide or turn round", () => {
  assert.deepEqual(marks(utf8("\0\x7f\u200b\u202e\ufeff\u00a0")), [
    "label:NUL",
    "label:DEL",
    "label:ZWSP",
    "label:RLO",
    "label:BOM",
    "label:NBSP",
  ]);
});

test("Half a character is hexadecimal", () => {
  assert.deepEqual(marks(Uint8Array.of(0x61, 0xe4, 0xb8)), ["a", "byte:E4", "byte:B8"]);
});

test("A joiner inside an emoji belongs to it, one by itself is named", () => {
  assert.deepEqual(marks(utf8("👩‍🚀")), ["👩‍🚀"]);
  assert.deepEqual(marks(utf8("‍🚀")), ["label:ZWJ", "🚀"]);
});

test("A combining mark by itself stands on a dotted circle", () => {
  assert.deepEqual(marks(utf8("\u0301a")), ["\u25cc\u0301a"]);
});

test("Clusters end after whole characters as people see them", () => {
  assert.deepEqual(clusterEnds(utf8("a中👩‍🚀🇪🇺")), [1, 4, 15, 23]);
  assert.deepEqual(clusterEnds(utf8("e\u0301\r\n")), [3, 4, 5]);
  assert.deepEqual(clusterEnds(Uint8Array.of(0xff, 0x61)), [1, 2]);
});

test("Pieces that end between clusters stand alone", () => {
  assert.deepEqual(groupPieces(pieces("the", " cat", "中文")), [
    { first: 0, last: 1, cut: "" },
    { first: 1, last: 2, cut: "" },
    { first: 2, last: 3, cut: "" },
  ]);
});

test("Pieces around a cut through a character form a group under it", () => {
  assert.deepEqual(groupPieces([piece(0x61), piece(0xe4), piece(0xb8, 0xad, 0x62), piece(0x63)]), [
    { first: 0, last: 1, cut: "" },
    { first: 1, last: 3, cut: "中" },
    { first: 3, last: 4, cut: "" },
  ]);
});

test("A cut between the parts of an emoji or a letter and its accent is shown too", () => {
  assert.deepEqual(groupPieces(pieces("👩", "‍", "🚀")), [{ first: 0, last: 3, cut: "👩‍🚀" }]);
  assert.deepEqual(groupPieces(pieces("e", "\u0301")), [{ first: 0, last: 2, cut: "e\u0301" }]);
});

test("Groups that touch are told apart, and one piece may end two characters", () => {
  const e = [...utf8("中")] as [number, number, number];
  assert.deepEqual(groupPieces([piece(e[0]), piece(e[1], e[2]), piece(e[0]), piece(e[1], e[2])]), [
    { first: 0, last: 2, cut: "中" },
    { first: 2, last: 4, cut: "中" },
  ]);
  assert.deepEqual(groupPieces([piece(e[0]), piece(e[1], e[2], e[0]), piece(e[1], e[2])]), [
    { first: 0, last: 3, cut: "中 中" },
  ]);
});

test("Bytes that are no UTF-8 are no cut", () => {
  assert.deepEqual(groupPieces([piece(0xff), piece(0xfe)]), [
    { first: 0, last: 1, cut: "" },
    { first: 1, last: 2, cut: "" },
  ]);
});

test("Groups cover all pieces in order for any cuts", () => {
  const text = utf8("a é👩‍🚀\r\n中🇪🇺");
  for (let mask = 0; mask < 4096; ++mask) {
    const list: { bytes: Uint8Array }[] = [];
    let start = 0;
    for (let i = 1; i <= text.length; ++i) {
      if (i === text.length || (mask >> (i % 12)) & 1) {
        list.push({ bytes: text.subarray(start, i) });
        start = i;
      }
    }
    let next = 0;
    for (const run of groupPieces(list)) {
      assert.equal(run.first, next);
      assert.ok(run.last > run.first);
      assert.equal(run.cut === "", run.last === run.first + 1);
      next = run.last;
    }
    assert.equal(next, list.length);
  }
});
