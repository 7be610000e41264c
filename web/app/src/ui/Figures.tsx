// SPDX-License-Identifier: Apache-2.0
import type { JSX } from "preact";

/** A row of named figures. */
export function Figures({
  rows,
}: {
  rows: readonly (readonly [name: string, value: string])[];
}): JSX.Element {
  return (
    <dl class="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
