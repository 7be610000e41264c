// SPDX-License-Identifier: Apache-2.0
import { render } from "preact";

import { takeToken } from "./api/client.ts";
import { App } from "./app.tsx";
import { applyTheme, storedTheme } from "./ui/theme.tsx";

import "./style/base.css";
import "./style/parts.css";
import "./style/pieces.css";
import "./style/plot.css";
import "./style/tokenizer.css";
import "./style/density.css";
import "./style/memory.css";
import "./style/lm.css";
import "uplot/dist/uPlot.min.css";

takeToken();
// A file dropped beside the places that take one would replace the page.
for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
applyTheme(storedTheme());
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
