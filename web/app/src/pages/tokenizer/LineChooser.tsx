// SPDX-License-Identifier: Apache-2.0
// Which line of the text a panel is about: the one with the cursor, or the one chosen here.
import type { JSX } from "preact";

import type { Line } from "./panel.ts";
import { labelOf } from "./label.ts";

const SHOWN = 40; // characters of a line

export interface LineChooserProps {
  bytes: Uint8Array;
  lines: readonly Line[];
  line: number;
  onLine: (line: number) => void;
}

export function LineChooser({ bytes, lines, line, onLine }: LineChooserProps): JSX.Element | null {
  if (lines.length < 2) return null;
  return (
    <label class="inline-field line-chooser">
      Line
      <select value={line} onChange={(e) => onLine(Number(e.currentTarget.value))}>
        {lines.map(({ start, end }, i) => (
          <option key={i} value={i}>
            {i + 1}:{" "}
            {Array.from(labelOf(bytes.subarray(start, Math.min(end, start + 4 * SHOWN))))
              .slice(0, SHOWN)
              .join("")}
          </option>
        ))}
      </select>
    </label>
  );
}
