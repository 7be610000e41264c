// SPDX-License-Identifier: Apache-2.0
// What every page is given.
export interface PageProps {
  /** What follows the page's name in the address: "lattice" of "#/tokenizer/lattice". */
  section: string;
}
