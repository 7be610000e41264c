// SPDX-License-Identifier: Apache-2.0
// Drawn segmentations of a line: how often each came, beside its exact probability.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { sample } from "../../api/tokenizer.ts";
import { count, probabilityOfLog } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { AlphaSlider } from "./AlphaSlider.tsx";
import { distributionRows } from "./distribution.ts";
import { Figures } from "../../ui/Figures.tsx";
import type { PartProps } from "./panel.ts";
import { Pieces } from "./Pieces.tsx";
import { ProbabilityBar } from "./ProbabilityBar.tsx";

const DRAWS = [1, 10, 100, 1000];
const STEP = 15; // rows drawn at first, and more at each press of the button

export function SamplePanel({
  model,
  bytes,
  question,
  alpha,
  onAlpha,
  lineChooser,
}: PartProps): JSX.Element {
  const [n, setN] = useKept("tokenizer.draws", 100);
  const [seed, setSeed] = useState(0);
  const [shown, setShown] = useState(STEP);
  const answer = useAnswer(question && `${question} ${n} ${seed} ${alpha}`, async (signal) => ({
    ...(await sample(model, bytes, alpha, n, seed, signal)),
    draws: n,
  }));
  const value = answer.value;
  const all = value?.segmentations ?? [];
  return (
    <>
      <h2 class="visually-hidden">Sampling</h2>
      <div class="panel-head">
        <p class="explain">
          Segmentations of a line, drawn with their exact probabilities over all there are. Small
          &alpha; means more variety.
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
      <div class="controls">
        {lineChooser}
        <AlphaSlider alpha={alpha} onAlpha={onAlpha} />
      </div>
      <ErrorBanner error={answer.error} />
      {value !== null && (
        <Figures
          rows={[
            ...distributionRows(value),
            ["different draws", `${count(value.distinct)} of ${count(value.draws)}`],
          ]}
        />
      )}
      <div
        class={`table-scroll${answer.pending ? " pending" : ""}`}
        tabIndex={0}
        role="region"
        aria-label="Drawn segmentations"
      >
        <table class="segmentations">
          <thead>
            <tr>
              <th scope="col" class="number">
                Drawn
              </th>
              <th scope="col">Segmentation</th>
              <th scope="col" class="number wide-only">
                Tokens
              </th>
              <th scope="col" class="number">
                Exact probability
              </th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, shown).map((s, i) => (
              <tr key={i}>
                <td class="number">{count(s.times)}</td>
                <td class="pieces-cell">
                  <div dir="auto">
                    <Pieces pieces={s.pieces} view="text" />
                  </div>
                </td>
                <td class="number wide-only">{s.pieces.length}</td>
                <td class="number">
                  {probabilityOfLog(s.logProbability)}
                  <ProbabilityBar
                    probability={Math.exp(s.logProbability)}
                    share={s.times / (value?.draws ?? n)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {value !== null && value.distinct > shown && (
        <p class="more">
          {count(value.distinct - Math.min(shown, all.length))} more, drawn no more often.{" "}
          {all.length > shown && (
            <button type="button" class="quiet" onClick={() => setShown(shown + STEP)}>
              Show more
            </button>
          )}
        </p>
      )}
      <p class="legend">
        <span class="swatch swatch-exact" /> exact probability <span class="swatch swatch-drawn" />{" "}
        share of the draws
      </p>
      <CommandBox command={value?.command ?? null} />
    </>
  );
}
