// SPDX-License-Identifier: Apache-2.0
// The k best segmentations of a line, with their scores and probabilities at alpha.
import type { JSX } from "preact";

import { nbest } from "../../api/tokenizer.ts";
import { decimal, probabilityOfLog } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { AlphaSlider } from "./AlphaSlider.tsx";
import type { PartProps } from "./panel.ts";
import { Pieces } from "./Pieces.tsx";
import { ProbabilityBar } from "./ProbabilityBar.tsx";

const SIZES = [5, 10, 20, 50, 100];

export function NbestPanel({
  model,
  bytes,
  question,
  alpha,
  onAlpha,
  lineChooser,
}: PartProps): JSX.Element {
  const [k, setK] = useKept("tokenizer.nbest", 10);
  const answer = useAnswer(question && `${question} ${k} ${alpha}`, (signal) =>
    nbest(model, bytes, k, alpha, signal),
  );
  const list = answer.value?.segmentations ?? [];
  return (
    <>
      <h2 class="visually-hidden">N-best</h2>
      <div class="panel-head">
        <p class="explain">
          The best segmentations of a line, and how probable each is among all segmentations at
          &alpha;.
        </p>
        <label class="inline-field">
          How many
          <select value={k} onChange={(e) => setK(Number(e.currentTarget.value))}>
            {SIZES.map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="controls">
        {lineChooser}
        <AlphaSlider alpha={alpha} onAlpha={onAlpha} />
      </div>
      <ErrorBanner error={answer.error} />
      <div
        class={`table-scroll${answer.pending ? " pending" : ""}`}
        tabIndex={0}
        role="region"
        aria-label="N-best segmentations"
      >
        <table class="segmentations">
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">Segmentation</th>
              <th scope="col" class="number wide-only">
                Tokens
              </th>
              <th scope="col" class="number wide-only">
                Score
              </th>
              <th scope="col" class="number">
                Probability
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map((s, i) => (
              <tr key={i}>
                <td class="number">{i + 1}</td>
                <td class="pieces-cell">
                  <div dir="auto">
                    <Pieces pieces={s.pieces} view="text" />
                  </div>
                </td>
                <td class="number wide-only">{s.pieces.length}</td>
                <td class="number wide-only">{decimal(s.score, 2)}</td>
                <td class="number">
                  {probabilityOfLog(s.logProbability)}
                  <ProbabilityBar probability={Math.exp(s.logProbability)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <CommandBox command={answer.value?.command ?? null} />
    </>
  );
}
