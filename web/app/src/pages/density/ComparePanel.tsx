// SPDX-License-Identifier: Apache-2.0
// The density against what is used otherwise, on data that none of them has seen.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import { comparisonOf, type Comparison } from "../../api/density.ts";
import { startJob } from "../../api/jobs.ts";
import { count, maybe } from "../../plot/numbers.ts";
import { Plot, type PlotSeries } from "../../plot/Plot.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";
import { useKept } from "../../ui/use_kept.ts";
import type { PanelProps } from "./panel.ts";

const KIND = "density.compare";
const INKS = 6;

interface Method {
  name: string;
  title: string;
}

/** What is offered beside the fit of the page. */
const METHODS: readonly Method[] = [
  { name: "fbdm:auto", title: "Fourier density, order from the data" },
  { name: "gmm:3", title: "Gaussian mixture, 3 components" },
  { name: "gmm:5", title: "Gaussian mixture, 5 components" },
  { name: "gmm:10", title: "Gaussian mixture, 10 components" },
  { name: "kde", title: "kernel density" },
  { name: "histogram:auto", title: "histogram" },
  { name: "normal", title: "one normal distribution" },
  { name: "dfp:3,3,3", title: "deep factorised prior (slow)" },
];
const FIRST = ["fbdm:auto", "gmm:5", "kde", "normal"];

export function ComparePanel({ data, options, unit }: PanelProps): JSX.Element {
  const [chosen, setChosen] = useKept<string[]>("density.methods", FIRST);
  const [error, setError] = useState<unknown>(null);
  const { jobs, refresh } = useJobs();
  const order = typeof options["order"] === "string" ? options["order"] : "auto";
  const own = `fbdm:${/^\d+$/.test(order) ? order : "auto"}`;
  const methods: readonly Method[] =
    own === "fbdm:auto"
      ? METHODS
      : [{ name: own, title: `Fourier density of order ${order}` }, ...METHODS];
  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(null);
    try {
      await startJob({
        kind: KIND,
        name: unit,
        data,
        methods: methods.map((m) => m.name).filter((name) => chosen.includes(name)),
        domain: options["domain"] ?? "line",
      });
      await refresh();
    } catch (thrown) {
      setError(thrown);
    }
  };
  if (data === null) return <p class="empty">Choose or paste numbers first.</p>;
  return (
    <>
      <h2 class="visually-hidden">Compare</h2>
      <p class="explain">
        Each method is fitted to four fifths of the values and judged by the rest. A lower negative
        log-likelihood is better; a difference within the standard error means nothing.
      </p>
      <form onSubmit={start}>
        <fieldset class="check-grid">
          <legend>Methods</legend>
          {methods.map((method) => (
            <label class="check" key={method.name}>
              <input
                type="checkbox"
                checked={chosen.includes(method.name)}
                onChange={(e) =>
                  setChosen(
                    e.currentTarget.checked
                      ? [...chosen, method.name]
                      : chosen.filter((name) => name !== method.name),
                  )
                }
              />
              {method.title}
            </label>
          ))}
        </fieldset>
        <div class="buttons">
          <button type="submit" class="primary">
            Compare
          </button>
        </div>
      </form>
      <ErrorBanner error={error} />
      {jobs
        .filter((job) => job.kind === KIND)
        .map((job) => {
          const result = job.state === "done" ? comparisonOf(job.result) : null;
          return (
            <JobCard key={job.id} job={job}>
              {result !== null && <Result result={result} unit={job.name} />}
            </JobCard>
          );
        })}
    </>
  );
}

function Result({ result, unit }: { result: Comparison; unit: string }): JSX.Element {
  const series = useMemo<PlotSeries[]>(
    () =>
      result.curves.map((curve, i) => ({
        label: curve.method,
        ink: `plot-${(i % INKS) + 1}`,
        x: result.x,
        y: curve.pdf,
        ...(i < INKS ? {} : { dash: [6, 4] }),
        width: 1.5,
      })),
    [result],
  );
  const best = result.rows.reduce<number>(
    (least, row) => Math.min(least, row.testNll ?? Infinity),
    Infinity,
  );
  return (
    <>
      <Plot
        title={`Densities of ${result.curves.length} methods`}
        xLabel={unit}
        yLabel={`density, per unit of ${unit}`}
        series={series}
        histogram={result.histogram}
        yRange={[0, null]}
      />
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col" class="number">
                Test NLL (nats)
              </th>
              <th scope="col" class="number">
                Standard error
              </th>
              <th scope="col" class="number">
                Parameters
              </th>
              <th scope="col" class="number">
                Modes
              </th>
              <th scope="col" class="number">
                Fit (s)
              </th>
              <th scope="col" class="number">
                Per point (ns)
              </th>
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row) => (
              <tr key={row.method} class={row.testNll === best ? "chosen" : undefined}>
                <td>
                  {row.method}
                  <br />
                  <span class="muted">{row.text}</span>
                </td>
                <td class="number">{maybe(row.testNll, 5)}</td>
                <td class="number">{maybe(row.testError, 2)}</td>
                <td class="number">{count(row.parameters)}</td>
                <td class="number">{count(row.modes)}</td>
                <td class="number">{maybe(row.fitSeconds, 2)}</td>
                <td class="number">{maybe(row.evalNanoseconds, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
