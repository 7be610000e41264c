// SPDX-License-Identifier: Apache-2.0
// Training a small model: a text, a form from the option schema, the loss as it falls.
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import { startJob, type Job } from "../../api/jobs.ts";
import { loadOptions, readOptions, type OptionField } from "../../api/options.ts";
import { compact } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { useAnswer } from "../../ui/use_answer.ts";
import { useKept } from "../../ui/use_kept.ts";
import type { PanelProps } from "./panel.ts";
import { TextChooser } from "./TextChooser.tsx";

const KIND = "lm.train";
const NONE: readonly OptionField[] = [];
const FIRST = ["steps", "time", "context", "layers", "hidden", "heads", "scheme", "batch"];
const SMALL = {
  layers: "2",
  hidden: "128",
  heads: "4",
  context: "128",
  steps: "300",
  warmup: "30",
};

export function TrainPanel({ models, onModel, onModels }: PanelProps): JSX.Element {
  const [text, setText] = useKept("lm.train.text", "");
  const [valid, setValid] = useKept("lm.train.valid", "");
  const [init, setInit] = useKept("lm.train.init", "");
  const [name, setName] = useKept("lm.train.name", "small-model");
  const [typed, setTyped] = useKept<Record<string, string>>("lm.train", SMALL);
  const [error, setError] = useState<unknown>(null);
  const { jobs, cut, refresh } = useJobs();
  const schema = useAnswer(KIND, () => loadOptions(KIND), 0);
  const fields = schema.value ?? NONE;
  const { values, problems } = useMemo(() => readOptions(fields, typed), [fields, typed]);
  const trained = jobs.filter((job) => job.kind === KIND);
  const done = trained.filter((job) => job.state === "done").length;
  useEffect(() => {
    if (done > 0) onModels();
  }, [done]);

  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(null);
    try {
      if (text === "") throw new Error("no text is chosen to learn from; add a file");
      if (Object.keys(problems).length > 0)
        throw new Error("an option is not right yet; see the marked field");
      await startJob({
        kind: KIND,
        name,
        text,
        options: values,
        ...(valid === "" ? {} : { valid }),
        ...(init === "" ? {} : { init }),
      });
      await refresh();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <>
      <h2 class="visually-hidden">Train</h2>
      <p class="explain">
        A small decoder from your own text, byte by byte. The job goes on if you close this tab;
        with --folder the model is kept.
      </p>
      <form class="option-form" onSubmit={(event) => void start(event)}>
        <TextChooser label="Text to learn from" value={text} none={null} onChange={setText} />
        <TextChooser
          label="Held-out text"
          value={valid}
          none="none: no validation"
          onChange={setValid}
        />
        <div class="field-row">
          <div class="option">
            <label for="lm-train-name">Name</label>
            <input
              id="lm-train-name"
              type="text"
              autocomplete="off"
              value={name}
              onInput={(e) => setName(e.currentTarget.value)}
            />
          </div>
          <div class="option">
            <label for="lm-train-init">Begin with</label>
            <select
              id="lm-train-init"
              value={init}
              onChange={(e) => setInit(e.currentTarget.value)}
            >
              <option value="">random weights</option>
              {models.map((m) => (
                <option key={m.id} value={m.id}>
                  {m.id}
                </option>
              ))}
            </select>
          </div>
        </div>
        <OptionForm
          id="lm-train"
          fields={fields}
          typed={typed}
          problems={problems}
          first={FIRST}
          onChange={(option, value) => setTyped({ ...typed, [option]: value })}
        />
        <ErrorBanner error={error ?? schema.error} />
        <div class="buttons">
          <button type="submit" class="primary">
            Train
          </button>
        </div>
      </form>
      {cut && <p class="notice">The connection was cut; trying again.</p>}
      {trained.map((job) => (
        <JobCard key={job.id} job={job} curves={false}>
          <LossCurve job={job} />
          {job.model !== null && models.some((m) => m.id === job.model) && (
            <div class="buttons">
              <button
                type="button"
                class="primary"
                onClick={() => {
                  onModel(job.model ?? "");
                  location.hash = "#/lm/write";
                }}
              >
                Write with this model
              </button>
            </div>
          )}
        </JobCard>
      ))}
    </>
  );
}

const CURVES = [
  { name: "loss", label: "training", ink: "plot-1" },
  { name: "valid_loss", label: "held-out text", ink: "plot-2", dots: true },
] as const;

/** Losses over the time of the job, in one picture. */
function LossCurve({ job }: { job: Job }): JSX.Element | null {
  const series = useMemo<PlotSeries[]>(
    () =>
      CURVES.flatMap(({ name, ...look }) => {
        const points = job.metrics[name] ?? [];
        return points.length === 0
          ? []
          : [{ ...look, x: points.map(([x]) => x), y: points.map(([, y]) => y) }];
      }),
    [job.metrics],
  );
  const last = (name: string): number | null => job.metrics[name]?.at(-1)?.[1] ?? null;
  const figures = Object.keys(job.metrics)
    .filter((name) => name !== "step")
    .map((name) => [name, last(name)] as const);
  if (series.length === 0) return null;
  return (
    <>
      <Plot
        title="Loss of the training, live"
        xLabel="seconds"
        yLabel="loss (nats per token)"
        series={series}
        height={260}
      />
      <p class="facts" aria-live="off">
        {figures
          .map(([name, value]) => {
            const figure = value === null ? "\u2013" : compact(value);
            return `${name.replaceAll("_", " ")} ${figure}`;
          })
          .join(" \u00b7 ")}
      </p>
    </>
  );
}
