// SPDX-License-Identifier: Apache-2.0
// One job: how far it is, its curve, its warnings, what it made, and the way to stop it.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";

import { cancelJob, isOver, share, type Job } from "../api/jobs.ts";
import { Curve } from "../plot/Curve.tsx";
import { count, size } from "../plot/numbers.ts";
import { CommandBox } from "./CommandBox.tsx";
import { ErrorBanner } from "./ErrorBanner.tsx";

const STATE_WORDS: Record<Job["state"], string> = {
  queued: "waiting",
  running: "running",
  done: "done",
  failed: "failed",
  cancelled: "cancelled",
};

export function JobCard({
  job,
  curves = true,
  children,
}: {
  job: Job;
  curves?: boolean; // false: the children draw what there is to draw
  children?: ComponentChildren;
}): JSX.Element {
  const [error, setError] = useState<unknown>(null);
  const part = share(job);
  const amount = (n: number): string =>
    job.unit === "bytes" ? size(n) : `${count(n)} ${job.unit}`;
  const metrics = Object.entries(job.metrics).filter(([, points]) => points.length > 0);
  return (
    <article class="job" data-state={job.state} aria-label={`${job.name || job.id}, ${job.kind}`}>
      <header>
        <h3>{job.name || job.id}</h3>
        <span class="muted">{job.kind}</span>
        <span class={`state state-${job.state}`} aria-live="polite">
          {STATE_WORDS[job.state]}
        </span>
        {!isOver(job) && (
          <button type="button" onClick={() => cancelJob(job.id).catch(setError)}>
            Cancel
          </button>
        )}
      </header>
      {!isOver(job) && (
        <div class="job-progress">
          <progress
            aria-label={`Progress of ${job.name || job.id}`}
            {...(part === null ? {} : { value: part, max: 1 })}
          />
          <span class="muted">
            {job.what}
            {job.done > 0 && `, ${amount(job.done)}`}
            {job.total > 0 && ` of ${amount(job.total)}`}
          </span>
        </div>
      )}
      <ErrorBanner error={error ?? (job.state === "failed" ? job.error : null)} />
      {curves && metrics.length > 0 && (
        <div class="curves">
          {metrics.map(([name, points]) => (
            <Curve key={name} title={name} points={points} />
          ))}
        </div>
      )}
      {job.warnings.length > 0 && (
        <ul class="warnings">
          {job.warnings.map((text, i) => (
            <li key={i}>{text}</li>
          ))}
          {job.warningsLeftOut > 0 && <li>and {count(job.warningsLeftOut)} more</li>}
        </ul>
      )}
      {children}
      <CommandBox command={job.command} />
    </article>
  );
}
