// SPDX-License-Identifier: Apache-2.0
// Jobs: long work that goes on while nobody looks. What a job is, and how its events change it.
// The list of jobs is the server's; a page that was reloaded or opened anew finds it there.
// Test: tests/jobs.spec.ts.
import { requestJson } from "./client.ts";
import { Field } from "./parse.ts";
import { readEvents, type ServerEvent } from "./sse.ts";

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";

/** Seconds since the job began, and the value then; null where it was no finite number. */
export type MetricPoint = [number, number | null];

export interface Job {
  id: string;
  kind: string; // "tokenizer.train"
  name: string; // of what it makes
  state: JobState;
  what: string; // the step it is in
  done: number;
  total: number; // 0 = unknown
  unit: string;
  metrics: Record<string, MetricPoint[]>;
  rows: unknown[]; // what it found so far
  warnings: string[];
  warningsLeftOut: number; // there were so many more
  error: string | null;
  model: string | null; // id of the model it made
  result: unknown; // all that it made; null until then
  command: string;
}

const STATES: readonly string[] = ["queued", "running", "done", "failed", "cancelled"];

function parsePoint(field: Field): MetricPoint {
  const [seconds, value] = field.list();
  return [seconds?.number() ?? 0, value?.optional((v) => v.number()) ?? null];
}

export function parseJob(field: Field): Job {
  const state = field.get("state").text();
  return {
    id: field.get("id").text(),
    kind: field.get("kind").text(),
    name: field.get("name").optional((f) => f.text()) ?? "",
    state: STATES.includes(state) ? (state as JobState) : "failed",
    what: field.get("what").text(),
    done: field.get("done").number(),
    total: field.get("total").number(),
    unit: field.get("unit").text(),
    metrics: Object.fromEntries(
      field
        .get("metrics")
        .entries()
        .map(([name, points]) => [name, points.list().map(parsePoint)]),
    ),
    rows: field.get("rows").optional((f) => f.list().map((row) => row.value)) ?? [],
    warnings: field
      .get("warnings")
      .list()
      .map((f) => f.text()),
    warningsLeftOut: field.get("warnings_left_out").optional((f) => f.number()) ?? 0,
    error: field.get("error").optional((f) => f.get("message").text()),
    model: field.get("result").optional((f) => f.get("model").optional((m) => m.text())),
    result: field.get("result").value ?? null,
    command: field.get("command").text(),
  };
}

/** True once nothing will happen to the job any more. */
export function isOver(job: Job): boolean {
  return job.state !== "queued" && job.state !== "running";
}

/** Share of the current step that is done, in [0, 1]; null where the total is unknown. */
export function share(job: Job): number | null {
  if (job.state === "done") return 1;
  return job.total > 0 ? Math.min(1, job.done / job.total) : null;
}

/** The job after an event of its stream. `before` is null until the first "state". */
export function afterEvent(before: Job | null, { event, data }: ServerEvent): Job | null {
  const field = new Field(JSON.parse(data), event);
  if (event === "state") return parseJob(field);
  if (before === null) return null;
  switch (event) {
    case "progress":
      return {
        ...before,
        what: field.get("what").text(),
        done: field.get("done").number(),
        total: field.get("total").number(),
        unit: field.get("unit").text(),
      };
    case "metric": {
      const name = field.get("name").text();
      const point: MetricPoint = [
        field.get("step").number(),
        field.get("value").optional((v) => v.number()),
      ];
      return {
        ...before,
        metrics: { ...before.metrics, [name]: [...(before.metrics[name] ?? []), point] },
      };
    }
    case "row":
      return { ...before, rows: [...before.rows, field.value] };
    case "warn":
      return { ...before, warnings: [...before.warnings, field.get("text").text()] };
    default:
      return before; // an event of a later version
  }
}

export async function listJobs(signal?: AbortSignal): Promise<Job[]> {
  const answer = await requestJson("/api/jobs", signal === undefined ? {} : { signal });
  return answer.get("jobs").list().map(parseJob);
}

/** Queues a job and returns its id; what else the body holds is up to the kind. */
export async function startJob(
  body: { kind: string; name: string } & Record<string, unknown>,
): Promise<string> {
  return (await requestJson("/api/jobs", { json: body })).get("id").text();
}

export async function cancelJob(id: string): Promise<void> {
  await requestJson(`/api/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** Calls `onChange` with each new state of a job until it is over or `signal` is raised. */
export async function watchJob(
  id: string,
  onChange: (job: Job) => void,
  signal: AbortSignal,
  onCut: () => void,
): Promise<void> {
  let job: Job | null = null;
  await readEvents(
    `/api/jobs/${encodeURIComponent(id)}/events`,
    (event) => {
      job = afterEvent(job, event);
      if (job !== null) onChange(job);
      return job !== null && isOver(job);
    },
    signal,
    onCut,
  );
}
