// SPDX-License-Identifier: Apache-2.0
// Fits as jobs: all values of a long column, any order, as long as it takes.
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { fittedOf, modelBytes } from "../../api/density.ts";
import { startJob } from "../../api/jobs.ts";
import { maybe } from "../../plot/numbers.ts";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { Figures } from "../../ui/Figures.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { useKept } from "../../ui/use_kept.ts";
import { certificate, type PanelProps } from "./panel.ts";

const KIND = "density.fit";

export function FitJobPanel({ data, options, onOpen }: PanelProps): JSX.Element {
  const [name, setName] = useKept("density.job-name", "density.yfd");
  const [error, setError] = useState<unknown>(null);
  const { jobs, refresh } = useJobs();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    }
  };
  const start = (event: Event): void => {
    event.preventDefault();
    void attempt(async () => {
      if (data === null) throw new Error("there are no numbers yet; choose or paste some");
      await startJob({ kind: KIND, name, data, options });
      await refresh();
    });
  };
  return (
    <>
      <h2 class="visually-hidden">Fit all</h2>
      <p class="explain">
        The same fit to all values, however many, with the options on the left. The job goes on if
        you close this tab.
      </p>
      <form onSubmit={start}>
        <div class="option train-name">
          <label for="density-job-name">Name</label>
          <input
            id="density-job-name"
            type="text"
            autocomplete="off"
            value={name}
            onInput={(e) => setName(e.currentTarget.value)}
          />
        </div>
        <div class="buttons">
          <button type="submit" class="primary">
            Fit all values
          </button>
        </div>
      </form>
      <ErrorBanner error={error} />
      {jobs
        .filter((job) => job.kind === KIND)
        .map((job) => {
          const fitted = job.state === "done" ? fittedOf(job.result) : null;
          return (
            <JobCard key={job.id} job={job}>
              {fitted !== null && (
                <>
                  <Figures
                    rows={[
                      ["order N", String(fitted.order)],
                      ["negative log-likelihood", `${maybe(fitted.report.nll, 6)} nats per value`],
                      ["values", String(fitted.report.samples)],
                      ["time", `${maybe(fitted.report.seconds, 3)} s`],
                    ]}
                  />
                  <p
                    class="certificate"
                    data-state={certificate(fitted.report, fitted.order, {}).state}
                  >
                    {certificate(fitted.report, fitted.order, {}).words}
                  </p>
                  <div class="buttons">
                    <button
                      type="button"
                      class="primary"
                      onClick={() => onOpen({ name: job.name, model: fitted.model })}
                    >
                      Use this model
                    </button>
                    <button
                      type="button"
                      onClick={() =>
                        attempt(async () => saveFile(await modelBytes(fitted.model), job.name))
                      }
                    >
                      Download
                    </button>
                  </div>
                </>
              )}
            </JobCard>
          );
        })}
    </>
  );
}
