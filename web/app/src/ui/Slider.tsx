// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";
import { useId } from "preact/hooks";

/** A named slider over whole numbers, with what its position means beside the name. */
export function Slider({
  label,
  value,
  min,
  max,
  shown,
  ends,
  onInput,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  shown: string;
  ends: readonly [string, string];
  onInput: (value: number) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>
        {label} <output for={id}>{shown}</output>
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={1}
        value={value}
        aria-valuetext={shown}
        onInput={(e) => onInput(Number(e.currentTarget.value))}
      />
      <div class="slider-ends" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </div>
  );
}
