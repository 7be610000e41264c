// SPDX-License-Identifier: Apache-2.0
// How to fit: order and penalty as sliders, the domain in parts, the other options from the schema.
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import type { OptionField } from "../../api/options.ts";
import { significant } from "../../plot/numbers.ts";
import { Choice } from "../../ui/Choice.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { Slider } from "../../ui/Slider.tsx";
import { gammaOfSlider, joinDomain, sliderOfGamma, splitDomain } from "./panel.ts";

export const MOST_ORDER = 100; // of the slider
export const FIRST_ORDER = "24"; // before anybody moved it
const AUTO = "auto:1-32";
const OWN = ["order", "gamma", "domain"]; // options with controls of their own

const DOMAINS = [
  { kind: "line", title: "the whole line" },
  { kind: "circular", title: "a circle: angles, hours" },
  { kind: "reflected", title: "an interval, ends free" },
  { kind: "interval", title: "an interval, ends equal" },
];

export interface FitCardProps {
  fields: readonly OptionField[];
  typed: Readonly<Record<string, string>>;
  problems: Readonly<Record<string, string>>;
  order: number | null; // that the fit has, where it was chosen from the data
  range: readonly [number, number] | null; // where the data are
  onChange: (changes: Record<string, string>) => void;
}

const OF_THE_LINE = ["base", "location", "scale", "learn-map"];

/** Two ends that hold the range, in few digits. */
function roundOut([low, high]: readonly [number, number]): [string, string] {
  const unit = 10 ** (Math.floor(Math.log10(high - low)) - 1);
  return [
    String(Number((Math.floor(low / unit) * unit).toPrecision(6))),
    String(Number((Math.ceil(high / unit) * unit).toPrecision(6))),
  ];
}

export function FitCard({
  fields,
  typed,
  problems,
  order,
  range,
  onChange,
}: FitCardProps): JSX.Element {
  const id = useId();
  const text = typed["order"] ?? FIRST_ORDER;
  const byHand = /^\d+$/.test(text);
  const gamma = Number(typed["gamma"] ?? 0);
  const domain = splitDomain(typed["domain"] ?? "line");
  const chooseDomain = (kind: string): void => {
    const [low, high] = roundOut(range ?? [0, 1]);
    const parts =
      kind === "circular"
        ? { kind, first: "24", second: "" }
        : kind === "line"
          ? { kind, first: "", second: "" }
          : { kind, first: low, second: high };
    // Only the line has a base; elsewhere the server refuses one that was chosen before.
    const base = fields.filter((field) => OF_THE_LINE.includes(field.name));
    onChange({
      ...(kind === "line" ? {} : Object.fromEntries(base.map((f) => [f.name, f.initial]))),
      domain: joinDomain(parts),
    });
  };
  const part = (name: "first" | "second", label: string): JSX.Element => (
    <div class="option">
      <label for={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        type="text"
        autocomplete="off"
        value={domain[name]}
        onInput={(e) =>
          onChange({ domain: joinDomain({ ...domain, [name]: e.currentTarget.value }) })
        }
      />
    </div>
  );
  return (
    <section class="card" aria-label="Fit">
      <h2>Fit</h2>
      <Choice
        legend="Who chooses the order"
        name="density-order"
        options={[
          { value: "hand", title: "Order by hand" },
          { value: "auto", title: "From the data" },
        ]}
        value={byHand ? "hand" : "auto"}
        onChange={(who) =>
          onChange({ order: who === "auto" ? AUTO : String(order ?? FIRST_ORDER) })
        }
      />
      {byHand ? (
        <Slider
          label="Order N"
          value={Number(text)}
          min={0}
          max={MOST_ORDER}
          shown={text}
          ends={["smooth", "detailed"]}
          onInput={(n) => onChange({ order: String(n) })}
        />
      ) : (
        <p class="facts">
          {text}
          {order !== null && <> &middot; chosen: N = {order}</>}
        </p>
      )}
      <Slider
        label={"Roughness penalty \u03b3"}
        value={sliderOfGamma(gamma)}
        min={0}
        max={61}
        shown={gamma > 0 ? significant(gamma, 3) : "none"}
        ends={["none", "1"]}
        onInput={(position) => onChange({ gamma: String(gammaOfSlider(position)) })}
      />
      <div class="option">
        <label for={`${id}-domain`}>The numbers live on</label>
        <select
          id={`${id}-domain`}
          value={domain.kind}
          onChange={(e) => chooseDomain(e.currentTarget.value)}
        >
          {DOMAINS.map((row) => (
            <option key={row.kind} value={row.kind}>
              {row.title}
            </option>
          ))}
        </select>
      </div>
      {domain.kind === "circular" && (
        <div class="field-row">
          {part("first", "Period")}
          {part("second", "Begins at")}
        </div>
      )}
      {(domain.kind === "interval" || domain.kind === "reflected") && (
        <div class="field-row">
          {part("first", "From")}
          {part("second", "To")}
        </div>
      )}
      <OptionForm
        id="density-fit"
        fields={fields.filter((field) => !OWN.includes(field.name))}
        typed={typed}
        problems={problems}
        first={domain.kind === "line" ? ["base"] : []}
        onChange={(name, value) => onChange({ [name]: value })}
      />
    </section>
  );
}
