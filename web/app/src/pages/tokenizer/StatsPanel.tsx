// SPDX-License-Identifier: Apache-2.0
// How well the vocabulary fits the text.
import type { JSX } from "preact";

import { statistics } from "../../api/tokenizer.ts";
import { count, decimal, probability } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { Figures } from "../../ui/Figures.tsx";
import type { PanelProps } from "./panel.ts";
import { ProbabilityBar } from "./ProbabilityBar.tsx";

export function StatsPanel({ model, bytes, question }: PanelProps): JSX.Element {
  const answer = useAnswer(question, (signal) => statistics(model, bytes, signal));
  const s = answer.value;
  return (
    <>
      <h2 class="visually-hidden">Statistics</h2>
      <p class="explain">
        How well the vocabulary fits the text. More bytes per token and fewer bits per byte are
        better.
      </p>
      <ErrorBanner error={answer.error} />
      {s !== null && (
        <div class={answer.pending ? "pending" : undefined}>
          <Figures
            rows={[
              ["bytes per token", decimal(s.bytesPerToken, 3)],
              ["characters per token", decimal(s.charactersPerToken, 3)],
              ["bits per byte", decimal(s.bitsPerByte, 3)],
              ["tokens", count(s.tokens)],
              ["single-byte tokens", count(s.singleByteTokens)],
              ["pieces used", `${count(s.piecesProduced)} of ${count(s.vocabSize)}`],
            ]}
          />
          <div class="two-columns">
            <section aria-labelledby="scripts-title">
              <h3 id="scripts-title">By script</h3>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Script</th>
                    <th scope="col" class="number">
                      Bytes
                    </th>
                    <th scope="col" class="number">
                      Bytes per token
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {s.scripts.map((row) => (
                    <tr key={row.script}>
                      <td>{row.script}</td>
                      <td class="number">
                        {count(row.bytes)}
                        <ProbabilityBar probability={row.bytes / s.bytes} />
                      </td>
                      <td class="number">{decimal(row.bytes / row.tokens, 2)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            <section aria-labelledby="lengths-title">
              <h3 id="lengths-title">By length of token</h3>
              <Lengths lengths={s.tokenLengths} tokens={s.tokens} />
            </section>
          </div>
        </div>
      )}
      <CommandBox command={s?.command ?? null} />
    </>
  );
}

/** Tokens of 1, 2, 3, ... bytes as a table with bars, down to the longest that occurs. */
function Lengths({ lengths, tokens }: { lengths: readonly number[]; tokens: number }): JSX.Element {
  const last = lengths.findLastIndex((n) => n > 0);
  const most = Math.max(1, ...lengths);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col" class="number">
            Bytes
          </th>
          <th scope="col" class="number">
            Tokens
          </th>
          <th scope="col" class="number">
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {lengths.slice(1, last + 1).map((n, i) => (
          <tr key={i}>
            <td class="number">{i + 1}</td>
            <td class="number">
              {count(n)}
              <ProbabilityBar probability={n / most} />
            </td>
            <td class="number">{tokens === 0 ? "" : probability(n / tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
