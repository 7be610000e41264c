// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";

import { Slider } from "../../ui/Slider.tsx";

/** How far a mode must stand out, as a share of the highest peak. */
export function ProminenceSlider({
  prominence,
  onProminence,
}: {
  prominence: number;
  onProminence: (prominence: number) => void;
}): JSX.Element {
  return (
    <Slider
      label="Least prominence of a mode"
      value={Math.round(200 * prominence)}
      min={0}
      max={100}
      shown={`${(100 * prominence).toFixed(1)} % of the highest peak`}
      ends={["every maximum", "50 %"]}
      onInput={(position) => onProminence(position / 200)}
    />
  );
}
