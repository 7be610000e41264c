// SPDX-License-Identifier: Apache-2.0
// Draws from the density, to look at and to take away.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { sample } from "../../api/density.ts";
import { count, significant } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { withPrefix, type PanelProps } from "./panel.ts";

const DRAWS = [100, 1000, 10_000, 100_000];
const LISTED = 24;

export function SamplesPanel({ shown, prefix, unit }: PanelProps): JSX.Element {
  const [n, setN] = useKept("density.draws", 1000);
  const [seed, setSeed] = useKept("density.draw-seed", 0);
  const model = shown?.model ?? null;
  const answer = useAnswer(model && `${n} ${seed} ${model}`, (signal) =>
    sample(model ?? "", n, seed, signal),
  );
  const value = answer.value;
  const series = useMemo<PlotSeries[]>(
    () => (value === null ? [] : [{ label: "density", ink: "plot-1", x: value.x, y: value.pdf }]),
    [value],
  );
  if (shown === null) return <p class="empty">Fit a density first.</p>;
  return (
    <>
      <h2 class="visually-hidden">Samples</h2>
      <div class="panel-head">
        <p class="explain">
          Independent draws by the exact inverse of the distribution function. The same seed gives
          the same draws everywhere.
        </p>
        <label class="inline-field">
          Draws
          <select value={n} onChange={(e) => setN(Number(e.currentTarget.value))}>
            {DRAWS.map((d) => (
              <option key={d} value={d}>
                {count(d)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => setSeed(seed + 1)}>
          Draw again
        </button>
        <span class="muted">seed {seed}</span>
      </div>
      <ErrorBanner error={answer.error} />
      {value !== null && (
        <div class={answer.pending ? "pending" : undefined}>
          <Plot
            title={`Histogram of ${value.values.length} draws beside the density`}
            xLabel={unit}
            yLabel={`density, per unit of ${unit}`}
            series={series}
            histogram={value.histogram}
            yRange={[0, null]}
          />
          <p class="facts">
            {value.values
              .slice(0, LISTED)
              .map((y) => significant(y, 6))
              .join(", ")}
            {value.values.length > LISTED && ", \u2026"} ({unit})
          </p>
          <div class="buttons">
            <button
              type="button"
              onClick={() =>
                saveFile(
                  new Blob([value.values.map((y) => `${y}\n`).join("")], { type: "text/csv" }),
                  "samples.csv",
                )
              }
            >
              Download CSV
            </button>
          </div>
        </div>
      )}
      <CommandBox command={withPrefix(prefix, value?.command)} />
    </>
  );
}
