// SPDX-License-Identifier: Apache-2.0
// Journeys through the density page in a real browser, against the real program. What the page
// shows is compared with what the command line prints for the same numbers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import type { Page } from "playwright-core";

import { audit } from "./audit.ts";
import { eventually, picture, PROGRAM, Session, yonder } from "./program.ts";

const TABS = ["density", "modes", "quantiles", "order", "compare", "samples", "fit"];

// Two peaks around 2 and 5, and a column of words beside them.
const VALUES = Array.from({ length: 300 }, (_, i) => {
  const u = ((i * 61) % 300) / 300;
  return Number(((i % 3 === 0 ? 2 : 5) + 0.8 * (u - 0.5) + 0.3 * Math.sin(7 * i)).toFixed(4));
});
const CSV = ["name,seconds", ...VALUES.map((v, i) => `row${i},${v}`)].join("\n") + "\n";

let session: Session;

before(async () => {
  session = await Session.start([], () => {});
});
after(async () => session.end());

/** Opens the file as data; the column of numbers is chosen by itself. */
async function openData(page: Page, name = "data.csv", content = CSV): Promise<void> {
  await page
    .getByRole("region", { name: "Data" })
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
}

/** A figure by its name, once it is as wanted. */
const figure = (page: Page, name: string, wanted: (text: string) => boolean): Promise<string> =>
  eventually(
    name,
    async () =>
      (
        await page
          .locator(".figures div", { has: page.getByText(name, { exact: true }) })
          .locator("dd")
          .allInnerTexts()
      )[0] ?? "",
    wanted,
  );

const command = (page: Page): Promise<string> =>
  page.locator("#tab-panel .command pre").last().innerText();

test("The first series is fitted at once, and the fit follows the order", async () => {
  const { page, close } = await session.visit("#/density");
  await page.getByText("Certified").waitFor();
  await page.locator(".plot canvas").waitFor();
  const before = await figure(page, "negative log-likelihood", (text) => text.includes("nats"));
  const slider = page.getByRole("slider", { name: "Order N" });
  await slider.focus();
  for (let i = 0; i < 4; ++i) await page.keyboard.press("ArrowLeft");
  await figure(page, "order N", (text) => text === "20");
  await figure(page, "negative log-likelihood", (text) => text.includes("nats") && text !== before);
  await page.getByRole("slider", { name: /Roughness/ }).focus();
  await page.keyboard.press("End");
  await page.getByText("No certificate: the roughness penalty is on.").waitFor();
  await picture(page, "density-penalty");
  await close();
});

test("A column of a file gives the fit of the command line", async () => {
  const { page, close } = await session.visit("#/density");
  await openData(page);
  const column = page.getByRole("combobox", { name: "Column" });
  await eventually(
    "column",
    () => column.inputValue(),
    (v) => v === "seconds",
  );
  await page.getByText("300 values").waitFor();
  const shown = await command(page);
  assert.match(shown, /^yonder density fit data\.csv --column seconds .*-o model\.yfd$/);
  const path = join(session.folder, "data.csv");
  execFileSync("bash", ["-c", `cat > '${path}'`], { input: CSV });
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download .yfd" }).click(),
  ]);
  execFileSync("bash", ["-c", shown], {
    cwd: session.folder,
    env: { ...process.env, PATH: `${dirname(PROGRAM)}:${process.env["PATH"] ?? ""}` },
  });
  const here = yonder(session.folder, ["density", "info", "model.yfd", "--json"]);
  const there = yonder(session.folder, ["density", "info", await download.path(), "--json"]);
  const order = (text: string): unknown => (JSON.parse(text) as { order: number }).order;
  assert.equal(order(here), order(there));
  await column.selectOption("name");
  await page.getByRole("alert").filter({ hasText: "data.csv:2" }).waitFor();
  await close([422]);
});

test("Pasted numbers are fitted, and a word among them is named by its line", async () => {
  const { page, close } = await session.visit("#/density");
  await page.getByRole("radio", { name: "Paste" }).check();
  const box = page.getByRole("textbox", { name: "Numbers" });
  await box.fill("1 2\nthree");
  await page.getByRole("alert").filter({ hasText: 'line 2: "three" is no number' }).waitFor();
  await box.fill("7 7");
  await page.getByRole("alert").filter({ hasText: "single point" }).waitFor();
  await page.getByRole("slider", { name: "Order N" }).focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < 2; ++i) await page.keyboard.press("ArrowRight");
  await box.fill(VALUES.slice(0, 40).join("\n"));
  await page.getByText("40 values").waitFor();
  assert.match(await command(page), /^printf '%s\\n' .* \| yonder density fit - --order 2 /);
  await close([422]);
});

test("Modes are those of the command line, and a higher prominence leaves fewer", async () => {
  const { page, close } = await session.visit("#/density/modes");
  const rows = page.getByRole("region", { name: "Modes" }).locator("tbody tr");
  const maxima = async (): Promise<string[]> =>
    (await rows.locator("td:first-child").allInnerTexts()).filter((text) => text !== "minimum");
  const five = await eventually("modes", maxima, (list) => list.length === 5);
  assert.deepEqual(five, ["1", "2", "3", "4", "5"]);
  await page.getByRole("slider", { name: /prominence/ }).focus();
  await page.keyboard.press("Home");
  await eventually("more", maxima, (list) => list.length >= 5);
  await page.keyboard.press("End");
  await eventually("fewer", maxima, (list) => list.length < 5);
  assert.match(
    await command(page),
    /\nyonder density modes model\.yfd --antimodes --min-prominence 0\.5$/,
  );
  await picture(page, "density-modes");
  await close();
});

test("Quantiles stand beside those of the data, and the calculator answers", async () => {
  const { page, close } = await session.visit("#/density/quantiles");
  const rows = page.getByRole("region", { name: "Quantiles" }).locator("tbody tr");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n === 11,
  );
  const cells = await rows.nth(5).locator("td").allInnerTexts();
  assert.equal(cells[0], "50 %");
  const [density, data] = cells.slice(1).map((c) => Number(c.replace("\u2212", "-")));
  assert.ok(Math.abs((density ?? 9) - (data ?? 0)) < 0.05, cells.join(" | "));
  await page.getByRole("textbox", { name: "From (value)" }).fill("-1");
  await page.getByRole("textbox", { name: "To (value)" }).fill("1");
  await figure(page, "between \u22121 and 1", (text) => text === "100 %");
  await page.getByRole("textbox", { name: "From (value)" }).fill("2");
  await page.getByRole("alert").filter({ hasText: "lower end must come first" }).waitFor();
  await close([400]);
});

test("The orders are scored, and the chosen one can be used", async () => {
  const { page, close } = await session.visit("#/density/order");
  await page.getByRole("textbox", { name: "Orders from 1 to" }).fill("6");
  await page.getByRole("combobox", { name: "Score by" }).selectOption("bic");
  await page.getByRole("button", { name: "Score the orders" }).click();
  const rows = page.getByRole("region", { name: "Scores of orders" }).locator("tbody tr");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n === 6,
  );
  assert.equal(await page.locator("tr.chosen").count(), 1);
  await picture(page, "density-order");
  const use = page.getByRole("button", { name: /^Use N = / });
  const chosen = (await use.innerText()).replace("Use N = ", "");
  await use.click();
  await page.getByRole("tab", { name: "Density" }).click();
  await figure(page, "order N", (text) => text === chosen);
  await close();
});

test("Methods are compared on data that none has seen", async () => {
  const { page, close } = await session.visit("#/density/compare");
  await page.getByRole("checkbox", { name: "Gaussian mixture, 5" }).uncheck();
  await page.getByRole("checkbox", { name: "Fourier density, order from the data" }).uncheck();
  await page.getByRole("checkbox", { name: "Fourier density of order 24" }).check();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const rows = page.getByRole("region", { name: "Comparison" }).locator("tbody tr");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n === 3,
  );
  const nll = (await rows.locator("td:nth-child(2)").allInnerTexts()).map((text) =>
    Number(text.replace("\u2212", "-")),
  );
  const names = await rows.locator("td:first-child").allInnerTexts();
  assert.match(names[0] ?? "", /^fbdm:24/);
  assert.match(names[2] ?? "", /^normal/);
  assert.ok((nll[0] ?? 9) < (nll[2] ?? 0), nll.join());
  await picture(page, "density-compare");
  await close();
});

test("Samples are those of the command line", async () => {
  const { page, close } = await session.visit("#/density/samples");
  await page.getByRole("combobox", { name: "Draws" }).selectOption("100");
  await page.getByRole("button", { name: "Draw again" }).click();
  await page.getByText("seed 1", { exact: true }).waitFor();
  await eventually(
    "command",
    () => command(page),
    (text) => text.endsWith("-n 100 --seed 1"),
  );
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV" }).click(),
  ]);
  const here = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\n")
    .map(Number);
  const [model] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download .yfd" }).click(),
  ]);
  const there = yonder(session.folder, [
    "density",
    "sample",
    await model.path(),
    "-n",
    "100",
    "--seed",
    "1",
  ])
    .trim()
    .split("\n")
    .map(Number);
  assert.deepEqual(here, there);
  await close();
});

test("A job fits all values, and its model can be looked at and opened again", async () => {
  const { page, close } = await session.visit("#/density/fit");
  await openData(page);
  await page.getByRole("textbox", { name: "Name" }).fill("seconds.yfd");
  await page.getByRole("slider", { name: "Order N" }).focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < 6; ++i) await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Fit all values" }).click();
  const job = page.getByRole("article", { name: /seconds\.yfd/ });
  await job.getByText("done", { exact: true }).waitFor();
  await job.getByText("Certified").waitFor();
  await picture(page, "density-job");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    job.getByRole("button", { name: "Download" }).click(),
  ]);
  const bytes = readFileSync(await download.path());
  await job.getByRole("button", { name: "Use this model" }).click();
  await page.getByText("seconds.yfd, opened").waitFor();
  await figure(page, "order N", (text) => text === "6");
  await page.getByRole("button", { name: "Back to the fit" }).click();
  await page.getByText("fitted here").waitFor();
  await page
    .getByRole("region", { name: "Model" })
    .locator("input[type=file]")
    .setInputFiles({ name: "mine.yfd", mimeType: "application/octet-stream", buffer: bytes });
  await page.getByText("mine.yfd, opened").waitFor();
  await page
    .getByRole("region", { name: "Model" })
    .locator("input[type=file]")
    .setInputFiles({ name: "no.yfd", mimeType: "text/plain", buffer: Buffer.from("no model") });
  await page.getByRole("alert").filter({ hasText: "no.yfd" }).waitFor();
  await close([422]);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test(`Every panel of density has names, contrast and room, ${colorScheme} at ${width} pixels`, async () => {
      const { page, close } = await session.visit("#/density", {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await page.getByText("Certified").waitFor();
      for (const tab of TABS) {
        await page.goto(`${page.url().split("#")[0]}#/density/${tab}`);
        await page
          .getByRole("tab", { selected: true })
          .and(page.locator(`#tab-${tab}`))
          .waitFor();
        await page.waitForTimeout(400);
        assert.deepEqual(await audit(page), [], tab);
        await picture(page, `density-${tab}-${colorScheme}-${width}`);
      }
      await close();
    });
  }
}
