// SPDX-License-Identifier: Apache-2.0
// What a scheme does to this model: distances as a picture, turns of every channel, the factor on
// the logits, and what is doubtful.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { explain } from "../../api/lm.ts";
import { DistanceMatrix } from "../../plot/DistanceMatrix.tsx";
import { count, significant } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { Slider } from "../../ui/Slider.tsx";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";
import { changes, verdict, type PanelProps } from "./panel.ts";

const CELLS = 96; // rows and columns of the picture
const MOST_TIMES = 64; // of the training length, on the slider
const MOST_TOKENS = 1_000_000_000;

export function ExplainPanel({ model, scheme }: PanelProps): JSX.Element {
  const [times, setTimes] = useKept("lm.explain.times", 8);
  const [layer, setLayer] = useKept("lm.explain.layer", 0);
  const own = model === null ? 0 : Math.min(layer, model.layers - 1);
  const at = model === null ? 0 : times * model.trainLength;
  const answer = useLive(
    model === null ? null : JSON.stringify([model.id, scheme, at, own]),
    (signal) =>
      explain({ model: model?.id ?? "", scheme, at, layer: own, cells: CELLS }, signal),
  );
  const value = answer.value;
  const turns = useMemo<PlotSeries[]>(() => {
    if (value === null) return [];
    const x = value.channels.map((c) => c.channel);
    const log = (turn: number): number | null => (turn > 0 ? Math.log10(turn) : null);
    return [
      {
        label: `over ${count(value.train)} tokens, as trained`,
        ink: "plot-1",
        x,
        y: value.channels.map((c) => log(c.trainedTurns)),
      },
      {
        label: "over the largest distance that is seen",
        ink: "plot-2",
        dots: true,
        x,
        y: value.channels.map((c) => log(c.turns)),
      },
    ];
  }, [value]);
  return (
    <>
      <h2 class="visually-hidden">Explain</h2>
      <p class="explain">
        What every query of this model sees under the scheme, and which of it was never trained.
      </p>
      <div class="controls">
        <Slider
          label="Text length"
          value={times}
          min={1}
          max={MOST_TIMES}
          shown={`${count(at)} tokens, ${times} times the training length`}
          ends={["1\u00d7", `${MOST_TIMES}\u00d7`]}
          onInput={setTimes}
        />
        {model !== null && model.layers > 1 && (
          <NumberField
            label={`Layer (0 to ${model.layers - 1})`}
            value={own}
            min={0}
            max={Math.min(MOST_TOKENS, model.layers - 1)}
            onChange={(x) => setLayer(Math.floor(x))}
          />
        )}
      </div>
      <ErrorBanner error={answer.error} />
      {value !== null && (
        <div class={`explained${answer.pending ? " pending" : ""}`}>
          <p class="certificate" data-state={value.firstOutside === null ? "proved" : "open"}>
            <strong class="mono">{value.scheme}</strong>: {verdict(value)}
          </p>
          <Figures
            rows={[
              ["largest distance", significant(value.largestDistance, 6)],
              ["keys the last query sees", count(value.visibleKeys)],
              ["at distances not trained", count(value.outsideKeys)],
              [
                "made for",
                value.declaredLimit === null
                  ? "any length"
                  : `${count(value.declaredLimit)} tokens`,
              ],
            ]}
          />
          {value.notices.length > 0 && (
            <ul class="warnings" aria-label="Notices">
              {value.notices.map((notice) => (
                <li key={notice}>{notice}</li>
              ))}
            </ul>
          )}
          <h3>Distances</h3>
          <DistanceMatrix
            title="Distances that the rotation sees"
            positions={value.positions}
            rows={value.matrix}
            train={value.train}
          />
          <h3>Turns of each channel</h3>
          <Plot
            title="Turns of each channel, trained and under the scheme"
            xLabel="channel"
            yLabel="turns (powers of ten)"
            wholeX={true}
            series={turns}
            height={240}
          />
          <details>
            <summary>Frequencies in figures</summary>
            <div class="table-scroll tall" tabIndex={0} role="region" aria-label="Frequencies">
              <table>
                <thead>
                  <tr>
                    <th class="number">channel</th>
                    <th class="number">&theta; (radians per token)</th>
                    <th class="number">slower by</th>
                    <th class="number">turns trained</th>
                    <th class="number">turns now</th>
                    <th>angles</th>
                  </tr>
                </thead>
                <tbody>
                  {value.channels.map((c) => (
                    <tr key={c.channel}>
                      <td class="number">{c.channel}</td>
                      <td class="number">{significant(c.theta, 5)}</td>
                      <td class="number">
                        {c.slower === 0 ? "does not turn" : significant(c.slower, 4)}
                      </td>
                      <td class="number">{significant(c.trainedTurns, 4)}</td>
                      <td class="number">{significant(c.turns, 4)}</td>
                      <td>
                        {c.newAngles ? <span class="notice">new to the model</span> : "trained"}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
          <h3>Factor on the logits</h3>
          {value.factors.every((row) => row.factor === 1 && row.stretch === 1) ? (
            <p class="facts">1 at every length; frequencies are not stretched.</p>
          ) : (
            <div class="table-scroll" tabIndex={0} role="region" aria-label="Factor on the logits">
              <table>
                <thead>
                  <tr>
                    <th class="number">tokens read</th>
                    <th class="number">stretch s</th>
                    <th class="number">factor</th>
                  </tr>
                </thead>
                <tbody>
                  {changes(value.factors).map((row) => (
                    <tr key={row.tokens}>
                      <td class="number">{count(row.tokens)}</td>
                      <td class="number">{significant(row.stretch, 5)}</td>
                      <td class="number">{significant(row.factor, 5)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p class="facts">
            In llama.cpp:{" "}
            {value.llamaCpp === null
              ? "no options do the same."
              : value.llamaCpp.length === 0
                ? "its defaults."
                : value.llamaCpp.join(" ")}
          </p>
        </div>
      )}
      <CommandBox command={value?.command ?? null} />
    </>
  );
}
