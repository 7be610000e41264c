// SPDX-License-Identifier: Apache-2.0
// All jobs the program knows, kept up to date: read once at the start, then each running job by its
// event stream. Pages read it by useJobs().
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";

import { isOver, listJobs, watchJob, type Job } from "../api/jobs.ts";

export interface Jobs {
  jobs: readonly Job[]; // newest first
  error: unknown; // null, or why the list could not be read
  cut: boolean; // a stream was cut and is being connected again
  /** Reads the list again, e.g. after a job was started. */
  refresh: () => Promise<void>;
}

const JobsContext = createContext<Jobs>({
  jobs: [],
  error: null,
  cut: false,
  refresh: async () => {},
});

export function useJobs(): Jobs {
  return useContext(JobsContext);
}

export function JobsProvider({ children }: { children: ComponentChildren }): JSX.Element {
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [cut, setCut] = useState(false);
  const watched = useRef(new Map<string, AbortController>());

  const watch = useCallback((id: string) => {
    if (watched.current.has(id)) return;
    const controller = new AbortController();
    watched.current.set(id, controller);
    const change = (job: Job): void => {
      setCut(false);
      setJobs((before) => before.map((old) => (old.id === job.id ? job : old)));
    };
    watchJob(id, change, controller.signal, () => setCut(true))
      .catch(setError)
      .finally(() => watched.current.delete(id));
  }, []);

  const refresh = useCallback(async () => {
    try {
      const list = (await listJobs()).reverse();
      setJobs(list);
      setError(null);
      for (const job of list) if (!isOver(job)) watch(job.id);
    } catch (thrown) {
      setError(thrown);
    }
  }, [watch]);

  useEffect(() => {
    void refresh();
    const controllers = watched.current;
    return () => controllers.forEach((controller) => controller.abort());
  }, [refresh]);

  return (
    <JobsContext.Provider value={{ jobs, error, cut, refresh }}>{children}</JobsContext.Provider>
  );
}
