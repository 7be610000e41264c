// SPDX-License-Identifier: Apache-2.0
// All jobs of all components.
import type { JSX } from "preact";

import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { JobCard } from "../../ui/JobCard.tsx";
import { useJobs } from "../../ui/jobs_store.tsx";

export function JobsPage(): JSX.Element {
  const { jobs, error, cut } = useJobs();
  return (
    <div class="page narrow">
      <div>
        <h1>Jobs</h1>
        <p class="lead">Long work goes on in the program, whether this tab is open or not.</p>
      </div>
      <ErrorBanner error={error} />
      {cut && <p class="notice">The connection was cut; trying again.</p>}
      {jobs.length === 0 && error === null && (
        <p class="empty">
          No job yet. Training a vocabulary, fitting all values of a column and comparing densities
          are jobs.
        </p>
      )}
      {jobs.map((job) => (
        <div class="card" key={job.id}>
          <JobCard job={job} />
        </div>
      ))}
    </div>
  );
}
