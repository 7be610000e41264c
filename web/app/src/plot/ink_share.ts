// SPDX-License-Identifier: Apache-2.0

/** Share of ink of an entry of a heat map, [0, 1]: by the square root, so that small ones are seen. */
export function inkShare(value: number, largest: number): number {
  return largest === 0 ? 0 : Math.sqrt(Math.abs(value) / largest);
}
