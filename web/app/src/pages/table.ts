// SPDX-License-Identifier: Apache-2.0
// The pages of the app, in the order of the navigation. A new component is a folder beside this file
// and one row here.
import type { ComponentType } from "preact";

import { DensityPage } from "./density/DensityPage.tsx";
import { JobsPage } from "./jobs/JobsPage.tsx";
import { LmPage } from "./lm/LmPage.tsx";
import { MemoryPage } from "./memory/MemoryPage.tsx";
import type { PageProps } from "./page.ts";
import { TokenizerPage } from "./tokenizer/TokenizerPage.tsx";

export interface PageRow {
  name: string; // in the address: "#/tokenizer"; of the component it belongs to, if to one
  title: string;
  page: ComponentType<PageProps>;
}

export const PAGES: readonly PageRow[] = [
  { name: "tokenizer", title: "Tokenizer", page: TokenizerPage },
  { name: "density", title: "Density", page: DensityPage },
  { name: "memory", title: "Memory", page: MemoryPage },
  { name: "lm", title: "Language", page: LmPage },
  { name: "jobs", title: "Jobs", page: JobsPage },
];
