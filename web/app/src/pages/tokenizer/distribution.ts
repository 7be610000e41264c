// SPDX-License-Identifier: Apache-2.0
// The figures that describe the distribution over all segmentations of a line.
import type { Distribution } from "../../api/tokenizer.ts";
import { decimal, power10 } from "../../plot/numbers.ts";

export function distributionRows(d: Distribution): [string, string][] {
  return [
    ["segmentations", power10(d.segmentationsLog10)],
    ["log Z", decimal(d.logZ, 2)],
    ["entropy", `${decimal(d.entropy, 2)} nats`],
    ["expected tokens", decimal(d.expectedTokens, 2)],
  ];
}
