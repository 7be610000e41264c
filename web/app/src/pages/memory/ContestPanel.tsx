// SPDX-License-Identifier: Apache-2.0
// The same number of bytes, spent in different ways: who rebuilds the history best?
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { contest } from "../../api/memory.ts";
import { count, maybe, significant } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import type { PanelProps } from "./panel.ts";

const BYTES = [64, 128, 256, 512, 1024, 2048, 4096];
const NAMES: Record<string, string> = {
  legs: "exact LegS",
  ema: "bank of exponential means",
  ring: "ring buffer: the latest samples",
  pyramid: "decimation pyramid: means of ever longer stretches",
  rdft: "discrete Fourier transform: the lowest frequencies",
};

export function ContestPanel({ feed, unit }: PanelProps): JSX.Element {
  const [bytes, setBytes] = useKept("memory.bytes", 1024);
  const question = useMemo(
    () => (feed === null ? null : JSON.stringify([feed.data, feed.first, feed.samples, bytes])),
    [feed, bytes],
  );
  const answer = useAnswer(question, (signal) =>
    contest(feed as NonNullable<typeof feed>, bytes, signal),
  );
  const rows = answer.value?.rows ?? [];
  const best = rows.reduce((least, row) => Math.min(least, row.rmsError ?? Infinity), Infinity);
  return (
    <>
      <h2 class="visually-hidden">Contest</h2>
      <div class="panel-head">
        <p class="explain">
          Each summary sees the whole stream, may keep the same number of bytes, and rebuilds all of
          it. Smooth histories suit LegS; steps suit the pyramid; nothing keeps noise.
        </p>
        <label class="inline-field">
          Bytes kept
          <select value={bytes} onChange={(e) => setBytes(Number(e.currentTarget.value))}>
            {BYTES.map((b) => (
              <option key={b} value={b}>
                {count(b)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ErrorBanner error={answer.error} />
      <div
        class={`table-scroll${answer.pending ? " pending" : ""}`}
        tabIndex={0}
        role="region"
        aria-label="Contest"
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Summary</th>
              <th scope="col" class="number">
                rms error ({unit})
              </th>
              <th scope="col" class="number">
                of the deviation
              </th>
              <th scope="col" class="number wide-only">
                Kept
              </th>
              <th scope="col" class="number wide-only">
                While running
              </th>
              <th scope="col" class="number">
                Per sample (ns)
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} class={row.rmsError === best ? "chosen" : undefined}>
                <td>
                  {row.name}
                  <br />
                  <span class="muted">{NAMES[row.name] ?? ""}</span>
                </td>
                <td class="number">{maybe(row.rmsError, 4)}</td>
                <td class="number">
                  {row.relative === null ? "\u2013" : `${significant(100 * row.relative, 3)} %`}
                </td>
                <td class="number wide-only">{count(row.bytes)} B</td>
                <td class="number wide-only">{count(row.working)} B</td>
                <td class="number">{maybe(row.nanosecondsPerSample, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="facts">
        100 % of the deviation is what the mean alone does. The ema and rdft summaries are told the
        length of the stream in advance; LegS is not.
      </p>
      <CommandBox command={answer.value?.command ?? null} />
    </>
  );
}
