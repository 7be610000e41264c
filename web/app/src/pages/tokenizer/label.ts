// SPDX-License-Identifier: Apache-2.0
import { glyphs } from "../../plot/glyphs.ts";

/** Bytes as a label without markup: for SVG text and lists of choices. */
export function labelOf(bytes: Uint8Array): string {
  return glyphs(bytes)
    .map((g) => (g.kind === "text" ? g.text : g.mark))
    .join("");
}
