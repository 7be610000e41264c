// SPDX-License-Identifier: Apache-2.0
// Journeys through the memory page in a real browser, against the real program. What the page shows
// is compared with what the command line prints for the same samples.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import type { Locator, Page } from "playwright-core";

import { audit } from "./audit.ts";
import { eventually, picture, PROGRAM, Session, yonder } from "./program.ts";

const TABS = ["stream", "snapshots", "advisor", "contest", "matrices"];
const SAMPLES = Array.from({ length: 1000 }, (_, i) =>
  Number((20 + 5 * Math.sin(i / 60) + 0.01 * i).toFixed(3)),
);
const CSV = ["day,temp", ...SAMPLES.map((v, i) => `${i},${v}`)].join("\n") + "\n";

let session: Session;

before(async () => {
  session = await Session.start([], () => {});
});
after(async () => session.end());

async function openData(page: Page): Promise<void> {
  await page
    .getByRole("region", { name: "Data" })
    .locator("input[type=file]")
    .setInputFiles({ name: "temp.csv", mimeType: "text/csv", buffer: Buffer.from(CSV) });
  await page.getByRole("combobox", { name: "Column" }).selectOption("temp");
  await page.getByText("1,000 samples are fed").waitFor();
}

const figure = (page: Page | Locator, name: string, wanted: (text: string) => boolean) =>
  eventually(
    name,
    async () =>
      (await page.locator(".figures div", { hasText: name }).locator("dd").allInnerTexts())[0] ??
      "",
    wanted,
  );

/** Runs the page's command in the session's folder. */
function runCommand(command: string): void {
  execFileSync("bash", ["-c", command], {
    cwd: session.folder,
    env: { ...process.env, PATH: `${dirname(PROGRAM)}:${process.env["PATH"] ?? ""}` },
  });
}

const command = (page: Page): Promise<string> =>
  page.locator("#tab-panel .command pre").last().innerText();

test("A stream is fed while one watches, and its residual is the command line's", async () => {
  const { page, close } = await session.visit("#/memory");
  const residual = await figure(page, "rms residual, exact", (text) => text.includes("units"));
  runCommand(await command(page));
  const info = JSON.parse(yonder(session.folder, ["memory", "info", "stream.yms", "--json"])) as {
    channels: { rms_residual: number }[];
  };
  const value = info.channels[0]?.rms_residual ?? 0;
  assert.ok(Math.abs(Number.parseFloat(residual) - value) < 1e-3, `${residual} ${value}`);
  await page.getByRole("radio", { name: "Fast" }).check();
  await page.getByRole("button", { name: "Play" }).click();
  const fed = page.getByRole("slider", { name: /Fed so far/ });
  await eventually(
    "running",
    async () => Number(await fed.inputValue()),
    (i) => i > 3 && i < 70,
  );
  await picture(page, "memory-playing");
  await page.getByRole("button", { name: "Pause" }).click();
  await fed.focus();
  await page.keyboard.press("End");
  await page.getByText("4,000 of 4,000 samples").waitFor();
  await close();
});

test("More numbers leave a smaller residual, in every measure", async () => {
  const { page, close } = await session.visit("#/memory");
  const order = page.getByRole("slider", { name: "Order N" });
  const number = (text: string): number => Number.parseFloat(text);
  const coarse = number(await figure(page, "rms residual", (text) => text.includes("units")));
  await order.focus();
  for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowRight");
  await page.getByText("96 numbers", { exact: true }).first().waitFor();
  await figure(page, "rms residual", (text) => number(text) < 0.01 * coarse);
  const measure = page.getByRole("combobox", { name: "What is remembered" });
  for (const name of ["window", "legt", "lagt", "fout"]) {
    await measure.selectOption(name);
    await eventually(
      name,
      () => command(page),
      (text) => text.includes(`--measure ${name}:1000`),
    );
    await page.getByRole("slider", { name: /Window|Scale/ }).waitFor();
  }
  await picture(page, "memory-fout");
  await close();
});

test("A value and a mean are read back, with a bound that holds", async () => {
  const { page, close } = await session.visit("#/memory");
  await openData(page);
  await page.getByRole("textbox", { name: "At (samples)" }).fill("321.5");
  const at = page.getByRole("status", { name: /value at 321\.5/ });
  await at.getByText(/temp/).first().waitFor();
  await page.getByRole("textbox", { name: "Mean from (samples)" }).fill("100");
  await page.getByRole("textbox", { name: "to (samples)", exact: true }).fill("300");
  const mean = page.getByRole("status", { name: "mean of the interval" });
  await mean.waitFor();
  const numbers = (await mean.locator("dd").allInnerTexts()).map((text) =>
    Number.parseFloat(text.replace(",", "").replace("\u2212", "-")),
  );
  const [, , bound = 0, truth = 0, off = 9] = numbers;
  const exact = SAMPLES.slice(100, 300).reduce((sum, u) => sum + u, 0) / 200;
  assert.ok(Math.abs(truth - exact) < 1e-3, numbers.join());
  assert.ok(off <= bound, numbers.join());
  assert.match(await command(page), /yonder memory read stream\.yms --mean 100:300/);
  const plot = page.locator(".plot-place").first();
  const box = await plot.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 100, { steps: 4 });
  await page.mouse.up();
  await eventually(
    "dragged",
    () => command(page),
    (text) => /--mean \d/.test(text) && !text.includes("--mean 100:300"),
  );
  await picture(page, "memory-reading");
  await close();
});

test("A snapshot goes on bit for bit, and adjacent ones merge", async () => {
  const { page, close } = await session.visit("#/memory/stream");
  await openData(page);
  await page.getByRole("textbox", { name: "Feed (samples)" }).fill("400");
  await page.getByText("400 samples are fed").waitFor();
  await page.getByRole("tab", { name: "Snapshots" }).click();
  const take = page.getByRole("button", { name: /^Take one/ });
  await take.click();
  const first = page.getByRole("article", { name: "stream.yms", exact: true });
  await first.getByText("0 to 400 samples").waitFor();
  await page.getByRole("textbox", { name: "Pass over (samples)" }).fill("400");
  await page.getByRole("textbox", { name: "Feed (samples)" }).fill("600");
  await page.getByText("600 samples are fed").waitFor();
  await first.getByRole("button", { name: "Go on with these samples" }).click();
  const resumed = page.getByRole("article", { name: "resumed.yms" });
  await resumed.getByText("0 to 1,000 samples").waitFor();
  await take.click();
  await page.getByRole("article", { name: "stream-2.yms" }).getByText("400 to 1,000").waitFor();
  await first.getByRole("button", { name: "Merge with stream-2.yms" }).click();
  const merged = page.getByRole("article", { name: "merged.yms" });
  await merged.getByText("0 to 1,000 samples").waitFor();
  await picture(page, "memory-snapshots");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    resumed.getByRole("button", { name: "Download" }).click(),
  ]);
  execFileSync("bash", ["-c", `cat > '${join(session.folder, "temp.csv")}'`], { input: CSV });
  runCommand("yonder memory run temp.csv --column temp --order 32 -o whole.yms");
  assert.deepEqual(
    readFileSync(await download.path()),
    readFileSync(join(session.folder, "whole.yms")),
  );
  await page
    .getByRole("region", { name: "Snapshots" })
    .locator("input[type=file]")
    .setInputFiles({ name: "no.yms", mimeType: "text/plain", buffer: Buffer.from("nothing") });
  await page.getByRole("alert").filter({ hasText: "snapshot" }).waitFor();
  await close([422]);
});

test("The advisor's order is the command line's, and can be used", async () => {
  const { page, close } = await session.visit("#/memory/advisor");
  await page.getByRole("textbox", { name: "Highest frequency (Hz)" }).fill("0.5");
  await eventually(
    "command",
    () => command(page),
    (text) => text.endsWith("--freq 0.5 --window 60 --error 0.01"),
  );
  const advice = JSON.parse(
    yonder(session.folder, ["memory", "choose", "--freq", "0.5", "--window", "60", "--json"]),
  ) as { order: number };
  await page.getByRole("button", { name: `Use N = ${advice.order}` }).click();
  await page.getByText(`${advice.order} numbers`, { exact: true }).first().waitFor();
  await picture(page, "memory-advisor");
  await close();
});

test("The contest has the rows of the command line", async () => {
  const { page, close } = await session.visit("#/memory/contest");
  await page.getByRole("combobox", { name: "Bytes kept" }).selectOption("512");
  const rows = page.getByRole("region", { name: "Contest" }).locator("tbody tr");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n >= 4,
  );
  await eventually(
    "command",
    () => command(page),
    (text) => text.endsWith("--bytes 512"),
  );
  await picture(page, "memory-contest");
  await close();
});

test("Matrices are those of the test vectors, read with the arrow keys", async () => {
  const { page, close } = await session.visit("#/memory/matrices");
  const map = page.getByRole("application", { name: /^A/ });
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.getByText(/^row 0, column 1: 1\.732050808/).waitFor();
  await page.getByRole("combobox", { name: "Discretised by" }).selectOption("zoh");
  await page.getByRole("textbox", { name: /Step/ }).fill("0.1");
  await eventually(
    "command",
    () => command(page),
    (text) => text.includes("--rule zoh --dt 0.1"),
  );
  await picture(page, "memory-matrices");
  await page.getByRole("combobox", { name: "Discretised by" }).selectOption("forward");
  await page.getByRole("alert").filter({ hasText: "bilinear" }).waitFor();
  await close([400]);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test(`Every panel of memory has names, contrast and room, ${colorScheme} at ${width} pixels`, async () => {
      const { page, close } = await session.visit("#/memory", {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await page.getByText("4,000 samples are fed").waitFor();
      for (const tab of TABS) {
        await page.goto(`${page.url().split("#")[0]}#/memory/${tab}`);
        await page
          .getByRole("tab", { selected: true })
          .and(page.locator(`#tab-${tab}`))
          .waitFor();
        await page.waitForTimeout(400);
        assert.deepEqual(await audit(page), [], tab);
        await picture(page, `memory-${tab}-${colorScheme}-${width}`);
      }
      await close();
    });
  }
}
