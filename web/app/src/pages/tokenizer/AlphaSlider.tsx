// SPDX-License-Identifier: Apache-2.0
// The temperature exponent alpha, 0 to 1: P(w) ~ exp(alpha * score(w)).
import type { JSX } from "preact";

import { alphaOfSlider, sliderOfAlpha } from "../../plot/numbers.ts";

export function AlphaSlider({
  alpha,
  onAlpha,
}: {
  alpha: number;
  onAlpha: (alpha: number) => void;
}): JSX.Element {
  return (
    <div class="slider">
      <label for="alpha">
        Temperature &alpha; <output for="alpha">{alpha}</output>
      </label>
      <input
        id="alpha"
        type="range"
        min="0"
        max="1"
        step="0.01"
        value={sliderOfAlpha(alpha)}
        aria-valuetext={`alpha ${alpha}`}
        onInput={(e) => onAlpha(alphaOfSlider(Number(e.currentTarget.value)))}
      />
      <div class="slider-ends" aria-hidden="true">
        <span>0 &middot; all alike</span>
        <span>as the model says &middot; 1</span>
      </div>
    </div>
  );
}
