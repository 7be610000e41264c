// SPDX-License-Identifier: Apache-2.0
// How well schemes read: the loss on the same last tokens under growing context, as a job whose
// rows are drawn as they are finished.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { startJob, type Job } from "../../api/jobs.ts";
import { parseEvalRow, type EvalRow } from "../../api/lm.ts";
import { loadOptions, readOptions, type OptionField } from "../../api/options.ts";
import { Field } from "../../api/parse.ts";
import { count, maybe } from "../../plot/numbers.ts";
import { Plot } from "../../plot/Plot.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import { linesOf, lossCurves, type PanelProps } from "./panel.ts";
import { TextChooser } from "./TextChooser.tsx";

const KIND = "lm.evaluate";
const NONE: readonly OptionField[] = [];
const FIRST = ["lengths", "samples", "last", "set"];
const OWN = ["scheme"]; // with a field of their own

export function EvaluatePanel({ model, scheme }: PanelProps): JSX.Element {
  const [text, setText] = useKept("lm.eval.text", "");
  const quarter = Math.max(1, Math.floor((model?.trainLength ?? 256) / 4));
  const [schemes, setSchemes] = useKept(
    "lm.eval.schemes",
    `rope\nntk:s=auto\nyarn:s=auto\nrerope:w=${quarter}+logn:clip`,
  );
  const [typed, setTyped] = useKept<Record<string, string>>("lm.eval", { samples: "8" });
  const [error, setError] = useState<unknown>(null);
  const { jobs, cut, refresh } = useJobs();
  const schema = useAnswer(KIND, () => loadOptions(KIND), 0);
  const fields = useMemo(
    () => (schema.value ?? NONE).filter((field) => !OWN.includes(field.name)),
    [schema.value],
  );
  const { values, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);

  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(null);
    try {
      if (model === null) throw new Error("no model is open");
      if (text === "") throw new Error("no text is chosen; add a file");
      const listed = linesOf(schemes);
      if (listed.length === 0) throw new Error("no scheme is given; write one per line, e.g. rope");
      if (Object.keys(problems).length > 0)
        throw new Error("an option is not right yet; see the marked field");
      await startJob({
        kind: KIND,
        name: "evaluation",
        model: model.id,
        text,
        options: { ...values, scheme: listed },
      });
      await refresh();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <>
      <h2 class="visually-hidden">Evaluate</h2>
      <p class="explain">
        The loss on the same last tokens of each sample, with more and more context before them. A
        scheme that uses far context gets better with it; one that only survives stays as it is.
      </p>
      <form class="option-form" onSubmit={(event) => void start(event)}>
        <TextChooser label="Text" value={text} none={null} onChange={setText} />
        <div class="option">
          <label for="lm-eval-schemes">Schemes, one per line</label>
          <textarea
            id="lm-eval-schemes"
            class="few-lines"
            spellcheck={false}
            value={schemes}
            onInput={(e) => setSchemes(e.currentTarget.value)}
          />
          {scheme !== "" && !linesOf(schemes).includes(scheme) && (
            <div class="buttons">
              <button
                type="button"
                class="quiet"
                onClick={() => setSchemes([...linesOf(schemes), scheme].join("\n"))}
              >
                Add {scheme}
              </button>
            </div>
          )}
        </div>
        <OptionForm
          id="lm-eval"
          fields={fields}
          typed={typed}
          problems={problems}
          first={FIRST}
          onChange={(name, value) => setTyped({ ...typed, [name]: value })}
        />
        <ErrorBanner error={error ?? schema.error} />
        <div class="buttons">
          <button type="submit" class="primary">
            Evaluate
          </button>
        </div>
      </form>
      {cut && <p class="notice">The connection was cut; trying again.</p>}
      {jobs
        .filter((job) => job.kind === KIND)
        .map((job) => (
          <JobCard key={job.id} job={job} curves={false}>
            <EvalRows job={job} />
          </JobCard>
        ))}
    </>
  );
}

function EvalRows({ job }: { job: Job }): JSX.Element | null {
  const rows = useMemo<EvalRow[]>(
    () => job.rows.map((row) => parseEvalRow(new Field(row, "row"))),
    [job.rows],
  );
  const train = rows[0]?.trainLength ?? 0;
  if (rows.length === 0) return null;
  return (
    <>
      <Plot
        title="Loss over the length of the context, by scheme"
        xLabel="context (tokens)"
        yLabel="loss (nats per token)"
        xTick={(x) => count(Math.round(2 ** x))}
        series={lossCurves(rows)}
        marks={[{ x: Math.log2(train), label: "trained", ink: "plot-3" }]}
      />
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Results">
        <table>
          <thead>
            <tr>
              <th>scheme</th>
              <th class="number">tokens</th>
              <th class="number">loss (nats)</th>
              <th class="number">interval</th>
              <th class="number">accuracy</th>
              <th class="number">bits per byte</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                <td class="mono">{row.scheme}</td>
                <td class="number">{count(row.length)}</td>
                <td class="number">{maybe(row.loss, 4)}</td>
                <td class="number">
                  {maybe(row.lossLow, 4)} to {maybe(row.lossHigh, 4)}
                </td>
                <td class="number">
                  {row.accuracy === null ? "\u2013" : `${(100 * row.accuracy).toFixed(1)} %`}
                </td>
                <td class="number">{maybe(row.bitsPerByte, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
