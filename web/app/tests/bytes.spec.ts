// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeParts,
  escapeBytes,
  fromBase64,
  hex,
  textOf,
  toBase64,
  unescapeBytes,
  utf8,
} from "../src/api/bytes.ts";

test("Base64 of any byte comes back", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(fromBase64(toBase64(all)), all);
  assert.equal(toBase64(Uint8Array.of(0xf0)), "8A=="); // RFC 4648, section 4
});

test("A text is known only where the bytes are UTF-8, and keeps its byte order mark", () => {
  assert.equal(textOf(utf8("\ufeff中")), "\ufeff中");
  assert.equal(textOf(Uint8Array.of(0xe4, 0xb8)), null);
});

test("Parts are the longest valid stretches, and give the bytes back", () => {
  assert.deepEqual(decodeParts(Uint8Array.of(0x61, 0xf0, 0x9f, 0x62)), [
    { text: "a" },
    { byte: 0xf0 },
    { byte: 0x9f },
    { text: "b" },
  ]);
  // Unicode 15, table 3-8: overlong forms, surrogates and what lies past U+10FFFF are no characters.
  for (const bytes of [
    [0xc0, 0x80],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xff],
  ]) {
    assert.ok(
      decodeParts(Uint8Array.from(bytes)).every((part) => "byte" in part),
      hex(Uint8Array.from(bytes)),
    );
  }
});

test("Parts agree with the platform's own decoder on random bytes", () => {
  let state = 1;
  const random = (): number => (state = (state * 48271) % 2147483647);
  const likely = [0x41, 0xc3, 0xa9, 0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0xff];
  for (let round = 0; round < 2000; ++round) {
    const bytes = Uint8Array.from(
      { length: random() % 12 },
      () => likely[random() % likely.length] ?? 0,
    );
    const parts = decodeParts(bytes);
    const back = parts.flatMap((part) => ("byte" in part ? [part.byte] : [...utf8(part.text)]));
    assert.deepEqual(back, [...bytes]);
    assert.equal(
      parts.every((part) => "text" in part),
      textOf(bytes) !== null,
    );
  }
});

test("Escapes write any byte, and come back", () => {
  const bytes = Uint8Array.of(0x5c, 0xff, 0xe4, 0xb8, 0xad, 0x0a);
  assert.equal(escapeBytes(bytes), "\\\\\\xFF中\n");
  assert.deepEqual(unescapeBytes(escapeBytes(bytes)), bytes);
  assert.deepEqual(unescapeBytes("\\x41\\n\\t\\r"), Uint8Array.of(0x41, 10, 9, 13));
});

test("A wrong escape is named with its place", () => {
  assert.throws(() => unescapeBytes("ab\\q"), /character 3: "\\q" is no escape/);
  assert.throws(() => unescapeBytes("\\x4"), /no escape/);
});
