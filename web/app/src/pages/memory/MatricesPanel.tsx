// SPDX-License-Identifier: Apache-2.0
// The matrices behind a measure: x' = A x + B u, in any normalisation, as they are or discretised.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { matrix } from "../../api/memory.ts";
import { HeatMap } from "../../plot/HeatMap.tsx";
import { significant } from "../../plot/numbers.ts";
import { CommandBox } from "../../ui/CommandBox.tsx";
import { ErrorBanner } from "../../ui/ErrorBanner.tsx";
import { NumberField } from "../../ui/NumberField.tsx";
import { Slider } from "../../ui/Slider.tsx";
import { useKept } from "../../ui/use_kept.ts";
import { useLive } from "../../ui/use_live.ts";

const MEASURES = ["legs", "legt:1", "lagt:1", "fout:1", "fous", "chebt:1"];
const NORMS = ["hippo", "orthonormal", "value", "lmu"];
const RULES = ["none", "forward", "backward", "bilinear", "gbt", "zoh", "foh"];
const RULE_TITLES: Record<string, string> = { none: "none: the differential equation" };
const MOST_ORDER = 64;

interface Question extends Record<string, unknown> {
  measure: string;
  order: number;
  norm: string;
  rule: string;
  dt: number;
  sample: number;
}

export function MatricesPanel(): JSX.Element {
  const [q, setQ] = useKept<Question>("memory.matrix", {
    measure: "legt:1",
    order: 8,
    norm: "hippo",
    rule: "none",
    dt: 0.01,
    sample: 100,
  });
  const answer = useLive(JSON.stringify(q), (signal) => matrix(q, signal));
  const value = answer.value;
  const b = useMemo(() => (value === null ? [] : value.b.map((x) => [x ?? 0])), [value]);
  const choice = (
    label: string,
    name: "measure" | "norm" | "rule",
    names: readonly string[],
  ): JSX.Element => (
    <div class="option">
      <label for={`matrix-${name}`}>{label}</label>
      <select
        id={`matrix-${name}`}
        value={q[name]}
        onChange={(e) => setQ({ ...q, [name]: e.currentTarget.value })}
      >
        {names.map((n) => (
          <option key={n} value={n}>
            {RULE_TITLES[n] ?? n}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <>
      <h2 class="visually-hidden">Matrices</h2>
      <p class="explain">
        The memory follows x&prime; = A x + B u
        {value?.timeVarying === true && ", divided by the time t"}. Sources differ in normalisation
        and direction of time; here both have names.
      </p>
      <div class="field-row">
        {choice("Measure", "measure", MEASURES)}
        {choice("Normalisation", "norm", NORMS)}
        {choice("Discretised by", "rule", RULES)}
        {q.rule !== "none" &&
          (value?.timeVarying === true ? (
            <NumberField
              label="Sample number"
              value={q.sample}
              min={1}
              onChange={(sample) => setQ({ ...q, sample: Math.floor(sample) })}
            />
          ) : (
            <NumberField
              label="Step (units of time)"
              value={q.dt}
              min={0}
              onChange={(dt) => setQ({ ...q, dt })}
            />
          ))}
      </div>
      <Slider
        label="Order N"
        value={q.order}
        min={1}
        max={MOST_ORDER}
        shown={String(q.order)}
        ends={["1", String(MOST_ORDER)]}
        onInput={(order) => setQ({ ...q, order })}
      />
      <ErrorBanner error={answer.error} />
      {value !== null && (
        <div class={`matrices${answer.pending ? " pending" : ""}`}>
          <HeatMap title={q.rule === "none" ? "A" : "A, one step"} rows={value.a} />
          <HeatMap title={q.rule === "none" ? "B" : "B, one step"} rows={b} />
        </div>
      )}
      <p class="legend facts">
        <span class="swatch swatch-plot-1" /> positive <span class="swatch swatch-plot-2" />{" "}
        negative; ink by the square root of the size
        {value?.forwardLimit !== undefined &&
          value.forwardLimit !== null &&
          ` \u00b7 forward Euler is stable up to a step of ${significant(value.forwardLimit, 3)}`}
      </p>
      <CommandBox command={value?.command ?? null} />
    </>
  );
}
