// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";

/** A probability as a bar; a second share, e.g. of draws, as a thin one under it. */
export function ProbabilityBar({
  probability,
  share,
}: {
  probability: number;
  share?: number;
}): JSX.Element {
  // What is possible but too little to see is one pixel wide.
  const width = (x: number): { width: string } => ({
    width: x > 0 ? `max(1px, ${(100 * Math.min(1, x)).toFixed(2)}%)` : "0",
  });
  return (
    <span class="bar" aria-hidden="true">
      <span class="bar-exact" style={width(probability)} />
      {share !== undefined && <span class="bar-drawn" style={width(share)} />}
    </span>
  );
}
