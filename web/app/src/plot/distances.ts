// SPDX-License-Identifier: Apache-2.0
// What a distance between a query and a key is to a model trained at so many tokens.
// Test: tests/lm.spec.ts.

/** What the distance in a cell of the matrix is. */
export type CellKind = "hidden" | "trained" | "outside";
export function cellKind(distance: number | null, train: number): CellKind {
  if (distance === null) return "hidden";
  return Math.abs(distance) < train ? "trained" : "outside";
}
