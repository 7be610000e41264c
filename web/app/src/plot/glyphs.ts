// SPDX-License-Identifier: Apache-2.0
// From the bytes of pieces to what a person sees: text, visible marks for what has no shape of its
// own, hexadecimal for bytes that are half a character, and groups where a cut runs through one.
//
// The idea: pieces are cut anywhere between bytes, characters as people see them (grapheme clusters)
// are several bytes. Where a cut falls inside a cluster, drawing each side by itself would show
// two replacement signs or two unrelated letters. So the pieces around such a cut form a group: the
// cluster is shown whole above, the pieces below as bytes or as code points.
// Test: tests/glyphs.spec.ts.
import { decodeParts, hexByte, textOf } from "../api/bytes.ts";

/** A stretch of a piece as it is drawn. */
export type Glyph =
  | { kind: "text"; text: string } // drawn as it is
  | { kind: "space"; text: string; mark: string } // white space: takes its place, with a faint mark
  | { kind: "newline"; text: string; mark: string } // a mark, then a line break
  | { kind: "label"; text: string; mark: string } // no shape of its own: its name
  | { kind: "byte"; mark: string }; // not a whole character: hexadecimal

const LABELS: Record<number, string> = {
  0x00a0: "NBSP",
  0x00ad: "SHY",
  0x061c: "ALM",
  0x180e: "MVS",
  0x200b: "ZWSP",
  0x200c: "ZWNJ",
  0x200d: "ZWJ",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2028: "LS",
  0x2029: "PS",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x202f: "NNBSP",
  0x2060: "WJ",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0x3000: "IDSP",
  0xfeff: "BOM",
};
const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );

/** The name of a character that has no shape of its own, or null. */
function labelOf(code: number): string | null {
  if (code < 0x20) return CONTROLS[code] ?? null;
  if (code === 0x7f) return "DEL";
  if (code >= 0x80 && code < 0xa0) return `U+${hexByte(code).padStart(4, "0")}`;
  if (code >= 0xfe00 && code <= 0xfe0f) return `VS${code - 0xfe00 + 1}`;
  if (code >= 0xe0000 && code <= 0xe0fff) return `U+${code.toString(16).toUpperCase()}`;
  return LABELS[code] ?? null;
}

/** What is drawn for bytes that stand by themselves. */
export function glyphs(bytes: Uint8Array): Glyph[] {
  const out: Glyph[] = [];
  for (const part of decodeParts(bytes)) {
    if ("byte" in part) out.push({ kind: "byte", mark: hexByte(part.byte) });
    else textGlyphs(part.text, out);
  }
  return out;
}

function textGlyphs(text: string, out: Glyph[]): void {
  let plain = "";
  const flush = (): void => {
    if (plain !== "") out.push({ kind: "text", text: plain });
    plain = "";
  };
  const characters = Array.from(text);
  characters.forEach((c, i) => {
    const code = c.codePointAt(0) ?? 0;
    if (c === " ") {
      flush();
      out.push({ kind: "space", text: c, mark: "\u00b7" });
    } else if (c === "\t") {
      flush();
      out.push({ kind: "space", text: c, mark: "\u2192" });
    } else if (c === "\n") {
      flush();
      out.push({ kind: "newline", text: c, mark: "\u21b5" });
    } else if ((c === "\u200d" || isVariation(code)) && i > 0 && plain !== "") {
      plain += c; // inside an emoji sequence that stays in one piece
    } else {
      const label = labelOf(code);
      if (label === null) {
        // A combining mark that has no letter before it stands on a dotted circle.
        plain += i === 0 && /^\p{M}/u.test(c) ? `\u25cc${c}` : c;
      } else {
        flush();
        out.push({ kind: "label", text: c, mark: label });
      }
    }
  });
  flush();
}

function isVariation(code: number): boolean {
  return code >= 0xfe00 && code <= 0xfe0f;
}

/** Pieces `first` to `last` (exclusive). `cut` names the clusters that cuts run through. */
export interface Run {
  first: number;
  last: number;
  cut: string; // empty for a single piece that begins and ends between clusters
}

const segmenter = new Intl.Segmenter("und", { granularity: "grapheme" });

/**
 * Groups pieces so that every group begins and ends between grapheme clusters. Cost: one pass over
 * the text. Bytes that are not UTF-8 are clusters by themselves.
 */
export function groupPieces(pieces: readonly { bytes: Uint8Array }[]): Run[] {
  const { bytes, ends } = concatenate(pieces);
  const clusters = clusterEnds(bytes);
  const runs: Run[] = [];
  let first = 0;
  let groupBegin = 0; // byte where the group begins
  let cluster = 0; // first cluster that ends at or after the cut
  let cuts: [number, number][] = [];
  ends.forEach((end, i) => {
    while (cluster < clusters.length && (clusters[cluster] ?? 0) < end) ++cluster;
    const clusterEnd = clusters[cluster] ?? end;
    if (clusterEnd !== end && end > groupBegin) {
      const begin = cluster === 0 ? 0 : (clusters[cluster - 1] ?? 0);
      if (cuts.at(-1)?.[0] !== begin) cuts.push([begin, clusterEnd]);
      return;
    }
    runs.push({
      first,
      last: i + 1,
      cut: cuts.map(([b, e]) => textOf(bytes.subarray(b, e)) ?? "").join(" "),
    });
    first = i + 1;
    groupBegin = end;
    cuts = [];
  });
  return runs;
}

function concatenate(pieces: readonly { bytes: Uint8Array }[]): {
  bytes: Uint8Array;
  ends: number[];
} {
  const ends: number[] = [];
  let size = 0;
  for (const piece of pieces) ends.push((size += piece.bytes.length));
  const bytes = new Uint8Array(size);
  pieces.forEach((piece, i) => bytes.set(piece.bytes, (ends[i] ?? 0) - piece.bytes.length));
  return { bytes, ends };
}

/** Byte offsets where clusters end, ascending. CR LF counts as two: both have marks. */
export function clusterEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const part of decodeParts(bytes)) {
    if ("byte" in part) {
      ends.push(++at);
      continue;
    }
    for (const { segment } of segmenter.segment(part.text)) {
      if (segment === "\r\n") ends.push(at + 1);
      at += byteLength(segment);
      ends.push(at);
    }
  }
  return ends;
}

function byteLength(text: string): number {
  let size = 0;
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return size;
}
