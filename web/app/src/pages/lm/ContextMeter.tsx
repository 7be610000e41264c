// SPDX-License-Identifier: Apache-2.0
// How much of a model's reach a text takes: tokens read and written, with the training length and
// the limit of the scheme marked.
import type { JSX } from "preact";

import { count } from "../../plot/numbers.ts";
import { meterOf } from "./panel.ts";

export interface ContextMeterProps {
  read: number; // tokens of the prompt
  written: number;
  trainLength: number;
  limit: number | null; // tokens; null: none
  context: number; // most that the program takes
}

export function ContextMeter({
  read,
  written,
  trainLength,
  limit,
  context,
}: ContextMeterProps): JSX.Element {
  const used = read + written;
  const meter = meterOf(used, written, trainLength, limit, context);
  const percent = (part: number): string => `${(100 * part).toFixed(2)}%`;
  const beyond = limit !== null && used > limit;
  const said = `${count(used)} tokens: ${count(read)} read, ${count(written)} written`;
  return (
    <div class="context-meter" data-beyond={beyond}>
      <p class="facts">
        <strong>{said}</strong>. Trained at {count(trainLength)};{" "}
        {limit === null
          ? "this scheme declares no limit"
          : `this scheme is made for up to ${count(limit)}`}
        {beyond && " \u2013 the text is past that"}.
      </p>
      <div
        class="meter-bar"
        role="meter"
        aria-label="Context"
        aria-valuemin={0}
        aria-valuemax={Math.round(meter.most)}
        aria-valuenow={used}
        aria-valuetext={said}
      >
        <span class="meter-read" style={{ width: percent(meter.used - meter.written) }} />
        <span class="meter-written" style={{ width: percent(meter.written) }} />
        <i class="meter-mark meter-trained" style={{ left: percent(meter.trained) }} />
        {meter.limit !== null && (
          <i class="meter-mark meter-limit" style={{ left: percent(meter.limit) }} />
        )}
      </div>
      <p class="legend facts" aria-hidden="true">
        <span class="swatch swatch-muted" /> read <span class="swatch swatch-plot-1" /> written{" "}
        <span class="swatch swatch-plot-3" /> trained{" "}
        {meter.limit !== null && (
          <>
            <span class="swatch swatch-plot-2" /> limit of the scheme
          </>
        )}
      </p>
    </div>
  );
}
