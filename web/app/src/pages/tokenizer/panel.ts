// SPDX-License-Identifier: Apache-2.0
// What every panel of the tokenizer page is given. Test: tests/lines.spec.ts.
import type { ComponentChildren } from "preact";

export interface PanelProps {
  model: string; // id; empty while none is chosen
  bytes: Uint8Array; // the text
  /** Names model and text, so that it changes when they do; null while there is nothing to ask. */
  question: string | null;
}

/** What the panels about one line of the text share. */
export interface PartProps extends PanelProps {
  alpha: number; // temperature exponent, [0, 1]
  onAlpha: (alpha: number) => void;
  lineChooser: ComponentChildren; // where the panel shall have it
}

export interface Line {
  start: number; // bytes
  end: number; // without the line break
}

/** The lines of a text that are not empty. */
export function linesOf(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < bytes.length) {
    const at = bytes.indexOf(10, start);
    const end = at < 0 ? bytes.length : at;
    if (end > start) lines.push({ start, end });
    start = end + 1;
  }
  return lines;
}

/** Index of the line that holds a byte offset, or of the last one before it; 0 where there is none. */
export function lineAt(lines: readonly Line[], byte: number): number {
  return Math.max(
    0,
    lines.findLastIndex((line) => line.start <= byte),
  );
}
