// SPDX-License-Identifier: Apache-2.0
// How many numbers a signal needs: the highest frequency, how far back, to which error.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { choose } from "../../api/memory.ts";
import { count, maybe, significant } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";
import type { PanelProps } from "./panel.ts";

export function AdvisorPanel({ onOptions }: PanelProps): JSX.Element {
  const [q, setQ] = useKept("memory.advisor", { frequency: 3, window: 60, error: 0.01 });
  const answer = useLive(JSON.stringify(q), (signal) => choose(q, signal));
  const advice = answer.value;
  const series = useMemo<PlotSeries[]>(
    () =>
      advice === null
        ? []
        : [
            {
              label: "rms error of a tone of that frequency",
              ink: "plot-1",
              x: advice.orders,
              y: advice.errors.map((error) => 100 * error),
            },
          ],
    [advice],
  );
  return (
    <>
      <h2 class="visually-hidden">Advisor</h2>
      <p class="explain">
        A tone is lost until N reaches about &pi; times its cycles over the window; a few numbers
        more and it is kept almost exactly.
      </p>
      <div class="field-row">
        <NumberField
          label="Highest frequency (Hz)"
          value={q.frequency}
          min={Number.MIN_VALUE}
          onChange={(frequency) => setQ({ ...q, frequency })}
        />
        <NumberField
          label="Window (s)"
          value={q.window}
          min={Number.MIN_VALUE}
          onChange={(window) => setQ({ ...q, window })}
        />
        <NumberField
          label="Error (%)"
          value={Number((100 * q.error).toPrecision(6))}
          min={Number.MIN_VALUE}
          max={99.9}
          onChange={(percent) => setQ({ ...q, error: percent / 100 })}
        />
      </div>
      <ErrorBanner error={answer.error} />
      {advice !== null && (
        <>
          <Figures
            rows={[
              ["cycles over the window", maybe(advice.cycles)],
              ["legs and window need", `N = ${count(advice.order)}`],
              [
                "legt needs",
                advice.legtOrder > 0 ? `N = ${count(advice.legtOrder)}` : "more than 4,096",
              ],
              [
                "error of a tone then",
                advice.error === null ? "\u2013" : `${significant(100 * advice.error, 3)} %`,
              ],
              ["samples per cycle, at least", maybe(advice.samplesPerCycle, 3)],
            ]}
          />
          <Plot
            title={`Error of a tone by the number of coefficients; ${advice.order} are enough`}
            xLabel="order N"
            wholeX={true}
            yLabel="relative rms error, %"
            series={series}
            marks={[{ x: advice.order, label: `N = ${advice.order}`, ink: "plot-3" }]}
            yRange={[0, null]}
            height={260}
          />
          <div class="buttons">
            <button
              type="button"
              class="primary"
              onClick={() => onOptions({ order: String(advice.order) })}
            >
              Use N = {count(advice.order)}
            </button>
          </div>
        </>
      )}
      <CommandBox command={advice?.command ?? null} />
    </>
  );
}
