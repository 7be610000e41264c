// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { contrast, hexToLinear, oklchToLinear, pieceHue, PIECE_TONES } from "../src/plot/colour.ts";

test("Black on white has contrast 21", () => {
  assert.ok(Math.abs(contrast(hexToLinear("#000000"), hexToLinear("#ffffff")) - 21) < 1e-9);
});

test("OKLCH of white, and of the primary red, is as published", () => {
  // Ottosson 2020: sRGB red is L 0.628, C 0.2577, h 29.23.
  for (const [got, wanted] of [
    [oklchToLinear(1, 0, 0), [1, 1, 1]],
    [oklchToLinear(0.628, 0.2577, 29.23), [1, 0, 0]],
  ] as const) {
    got.forEach((x, i) => assert.ok(Math.abs(x - (wanted[i] ?? 0)) < 2e-3));
  }
});

test("Ink on a piece is readable for every hue in both themes", () => {
  for (const { fill, ink } of Object.values(PIECE_TONES)) {
    for (let hue = 0; hue < 360; ++hue) {
      const ratio = contrast(oklchToLinear(fill.lightness, fill.chroma, hue), hexToLinear(ink));
      assert.ok(ratio >= 7, `hue ${hue}: ${ratio.toFixed(2)}`); // WCAG AAA
    }
  }
});

test("The style sheet has the tones that this computes with", () => {
  const pieces = readFileSync("src/style/pieces.css", "utf8");
  const base = readFileSync("src/style/base.css", "utf8");
  const { light, dark } = PIECE_TONES;
  const tone = ({ fill }: (typeof PIECE_TONES)["light"]): string =>
    `oklch(${fill.lightness} ${fill.chroma} var(--hue))`;
  assert.ok(pieces.includes(`--fill: light-dark(${tone(light)}, ${tone(dark)})`));
  assert.ok(base.includes(`--ink: light-dark(${light.ink}, ${dark.ink})`));
});

test("Text is readable on every surface in both themes", () => {
  const base = readFileSync("src/style/base.css", "utf8");
  const colours = (name: string): string[] =>
    new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(base)?.slice(1) ?? [];
  const pairs = [
    ["ink", "paper"],
    ["ink", "card"],
    ["ink", "sunk"],
    ["muted", "paper"],
    ["muted", "card"],
    ["muted", "sunk"],
    ["accent", "card"],
    ["accent", "paper"],
    ["accent", "accent-soft"],
    ["on-accent", "accent"],
    ["danger", "danger-soft"],
    ["warm", "card"],
    ["good", "accent-soft"],
  ] as const;
  for (const [ink, surface] of pairs) {
    colours(ink).forEach((colour, theme) => {
      const ratio = contrast(hexToLinear(colour), hexToLinear(colours(surface)[theme] ?? ""));
      assert.ok(ratio >= 4.5, `${ink} on ${surface}: ${ratio.toFixed(2)}`); // WCAG AA
    });
    assert.equal(colours(ink).length, 2, ink);
  }
});

test("Hues are whole degrees, and neighbouring ids are far apart", () => {
  for (let id = 0; id < 1000; ++id) {
    const hue = pieceHue(id);
    assert.ok(Number.isInteger(hue) && hue >= 0 && hue < 360);
    const apart = Math.abs(hue - pieceHue(id + 1));
    assert.ok(Math.min(apart, 360 - apart) > 90);
  }
});
