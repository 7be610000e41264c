// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { Field } from "../src/api/parse.ts";
import {
  parseModel,
  parsePiece,
  parseSegmentation,
  parseStatistics,
  textMember,
} from "../src/api/tokenizer.ts";

test("A piece has its bytes, from text or from base64", () => {
  const piece = parsePiece(new Field({ id: 7, text: "中", start: 0, end: 3, score: -2.5 }));
  assert.deepEqual([...piece.bytes], [0xe4, 0xb8, 0xad]);
  assert.equal(piece.score, -2.5);
  assert.deepEqual(
    [...parsePiece(new Field({ id: 7, base64: "8A==", start: 0, end: 1, score: null })).bytes],
    [0xf0],
  );
});

test("A special token has no score", () => {
  assert.equal(parsePiece(new Field({ id: 1, text: "<bos>", start: 0, end: 0 })).score, null);
});

test("What is missing is named by its place", () => {
  assert.throws(
    () =>
      parseSegmentation(
        new Field({ pieces: [{ text: "a", start: 0, end: 1 }], score: 0, log_probability: 0 }),
      ),
    /answer\.pieces\[0\]\.id is absent; a number was expected/,
  );
  assert.throws(() => parseModel(new Field([])), /answer is a list; an object was expected/);
});

test("Statistics are those of the first model and text", () => {
  const text = {
    bytes: 19,
    characters: 12,
    tokens: 8,
    bytes_per_token: 2.375,
    characters_per_token: 1.5,
    bits_per_byte: 5.8,
    single_byte_tokens: 5,
    pieces_produced: 8,
    scripts: [{ script: "Han", bytes: 6, tokens: 1 }],
    token_lengths: [0, 5],
  };
  const statistics = parseStatistics(
    new Field({ models: [{ vocab_size: 300, texts: [text] }], command: "yonder" }),
  );
  assert.equal(statistics.bytesPerToken, 2.375);
  assert.deepEqual(statistics.scripts, [{ script: "Han", bytes: 6, tokens: 1 }]);
  assert.throws(() => parseStatistics(new Field({ models: [], command: "" })), /models\[0\]/);
});

test("A text travels as text where it is one, else as base64", () => {
  assert.deepEqual(textMember(Uint8Array.of(0x61)), { text: "a" });
  assert.deepEqual(textMember(Uint8Array.of(0xff)), { base64: "/w==" });
});
