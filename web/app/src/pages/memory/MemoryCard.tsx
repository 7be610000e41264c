// SPDX-License-Identifier: Apache-2.0
// What is remembered, and in how many numbers: measure and order, the other options from the schema.
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import type { Measure } from "../../api/memory.ts";
import type { OptionField } from "../../api/options.ts";
import { NumberField } from "../../ui/NumberField.tsx";
import { OptionForm } from "../../ui/OptionForm.tsx";
import { Slider } from "../../ui/Slider.tsx";
import { ORDERS, positionOfOrder, splitMeasure } from "./panel.ts";

const OWN = ["measure", "order"]; // options with controls of their own

export interface MemoryCardProps {
  measures: readonly Measure[];
  fields: readonly OptionField[];
  typed: Readonly<Record<string, string>>;
  problems: Readonly<Record<string, string>>;
  length: number; // of the stream, in units of time
  timeUnit: string;
  onChange: (changes: Record<string, string>) => void;
}

export function MemoryCard({
  measures,
  fields,
  typed,
  problems,
  length,
  timeUnit,
  onChange,
}: MemoryCardProps): JSX.Element {
  const id = useId();
  const measure = splitMeasure(typed["measure"] ?? "legs");
  const row = measures.find((m) => m.name === measure.name) ?? null;
  const order = Number(typed["order"] ?? 64);
  const width = Number(measure.width);
  const choose = (name: string): void => {
    const next = measures.find((m) => m.name === name);
    const wide = width > 0 ? measure.width : String(Number((length / 4).toPrecision(3)));
    onChange({ measure: next?.hasWidth === true ? `${name}:${wide}` : name });
  };
  return (
    <section class="card" aria-label="Memory">
      <h2>Memory</h2>
      <div class="option">
        <label for={`${id}-measure`}>What is remembered</label>
        <select
          id={`${id}-measure`}
          value={measure.name}
          onChange={(e) => choose(e.currentTarget.value)}
        >
          {measures.map((m) => (
            <option key={m.name} value={m.name}>
              {m.name}
            </option>
          ))}
        </select>
        <p class="help">{row?.help ?? ""}</p>
      </div>
      {row?.hasWidth === true && (
        <>
          <Slider
            label={measure.name === "lagt" ? "Scale" : "Window"}
            value={Math.round((100 * width) / length)}
            min={1}
            max={100}
            shown={`${measure.width} ${timeUnit}`}
            ends={["short", "the whole stream"]}
            onInput={(share) =>
              onChange({
                measure: `${measure.name}:${Number(((share * length) / 100).toPrecision(4))}${measure.rest}`,
              })
            }
          />
          <NumberField
            label={`The same in ${timeUnit}`}
            value={width}
            min={Number.MIN_VALUE}
            onChange={(w) => onChange({ measure: `${measure.name}:${w}${measure.rest}` })}
          />
        </>
      )}
      <Slider
        label="Order N"
        value={positionOfOrder(order)}
        min={0}
        max={ORDERS.length - 1}
        shown={`${order} numbers`}
        ends={["coarse", "fine"]}
        onInput={(position) => onChange({ order: String(ORDERS[position] ?? 64) })}
      />
      <OptionForm
        id="memory-stream"
        fields={fields.filter((field) => !OWN.includes(field.name))}
        typed={typed}
        problems={problems}
        first={[]}
        onChange={(name, value) => onChange({ [name]: value })}
      />
    </section>
  );
}
