// SPDX-License-Identifier: Apache-2.0
// Journeys through the page of language models in a real browser, against the real program and the
// shipped model. What the page shows is compared with what the command line prints.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

import { audit } from "./audit.ts";
import { eventually, picture, Session, yonder } from "./program.ts";

const MODEL = resolve("../../models/books-7m");
const TABS = ["write", "explain", "evaluate", "train"];
const BOOK = Array.from(
  { length: 1500 },
  (_, i) => `The ship number ${i} sailed on the river, and the captain said that it was ${i % 7}.`,
).join("\n");

let session: Session;
const skip = existsSync(join(MODEL, "model.safetensors")) ? false : "the shipped model is not here";

before(async () => {
  if (skip !== false) return;
  session = await Session.start(["--lm", MODEL, "--text", "book.txt"], (folder) =>
    writeFileSync(join(folder, "book.txt"), BOOK),
  );
});
after(async () => {
  if (skip === false) await session.end();
});

test("Text is written as on the command line, and the meter follows", { skip }, async () => {
  const { page, close } = await session.visit("#/lm");
  await page.getByText("trained at 256 tokens").waitFor();
  const meter = page.getByRole("meter", { name: "Context" });
  const read = async (): Promise<number> => Number(await meter.getAttribute("aria-valuenow"));
  const first = await eventually("tokens of the prompt to begin with", read, (n) => n > 0);
  await page.getByRole("textbox", { name: "Prompt" }).fill("The river was");
  await page.getByRole("textbox", { name: "Tokens to write" }).fill("40");
  await page.getByRole("textbox", { name: "Position scheme" }).fill("rerope:w=64+logn:clip");
  const before = await eventually("tokens read", read, (n) => n > 0 && n < first);
  await page.getByRole("button", { name: "Write", exact: true }).click();
  await page.getByText("ended at its length").waitFor({ timeout: 60_000 });
  const text = await page.getByRole("region", { name: "Written text" }).locator("mark").innerText();
  const command = await page.locator("#tab-panel .command pre").last().innerText();
  assert.match(command, /--scheme rerope:w=64\+logn:clip --tokens 40 --temperature 0.8/);
  const printed = yonder(session.folder, [
    "lm", "generate", MODEL, "--prompt", "The river was", "--scheme", "rerope:w=64+logn:clip",
    "--tokens", "40", "--temperature", "0.8", "--top-p", "0.95", "--repetition-penalty", "1.1",
  ]);
  assert.equal(text.trim(), printed.trim());
  assert.equal(await read(), before + 40);
  await picture(page, "lm-written");
  await close();
});

test("A text that is stopped ends, and a conversation goes on", { skip }, async () => {
  const { page, close } = await session.visit("#/lm/write");
  await page.getByRole("textbox", { name: "Tokens to write" }).fill("4000");
  await page.getByRole("button", { name: "Write", exact: true }).click();
  const written = page.getByRole("region", { name: "Written text" });
  await written.waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Take it into the prompt" }).waitFor();
  await page.getByRole("radio", { name: "Chat" }).check();
  await page.getByRole("textbox", { name: "Tokens to write" }).fill("30");
  await page.getByRole("textbox", { name: "Message" }).fill("Who are you?");
  await page.keyboard.press("Enter");
  const turns = page.getByRole("list", { name: "Conversation" }).getByRole("listitem");
  await page.getByText(/^ended /).waitFor({ timeout: 60_000 });
  assert.equal(await turns.count(), 2);
  await picture(page, "lm-chat");
  await page.getByRole("button", { name: "New conversation" }).click();
  assert.equal(await turns.count(), 0);
  await close();
});

test("A wrong scheme is told at once, a term is added by a click", { skip }, async () => {
  const { page, close } = await session.visit("#/lm/explain");
  const scheme = page.getByRole("textbox", { name: "Position scheme" });
  await scheme.fill("rerop:w=64");
  await page.getByRole("alert").filter({ hasText: "rerope" }).waitFor();
  await scheme.fill("yarn:s=4");
  await page.getByText("All terms").click();
  await page.getByRole("button", { name: "Add rerope" }).click();
  assert.equal(await scheme.inputValue(), "yarn:s=4+rerope:w=512");
  await close([400]);
});

test("The picture of distances is read with the arrow keys", { skip }, async () => {
  const { page, close } = await session.visit("#/lm/explain");
  await page.getByRole("button", { name: "rope", exact: true }).click();
  await page.getByText(/From token 256 on/).waitFor();
  await picture(page, "lm-explain-rope");
  await page.getByRole("button", { name: "rerope:w=128", exact: true }).click();
  await page.getByText(/however long the text/).waitFor();
  const map = page.getByRole("application", { name: /^Distances/ });
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("query 2,047, key 0: distance 128, trained").waitFor();
  const explained = JSON.parse(
    yonder(session.folder, [
      "lm", "explain", "--scheme", "rerope:w=128", "--d", "64", "--train", "256", "--at", "2048", "--json",
    ]),
  ) as { largest_distance: number; channels: unknown[] };
  assert.equal(explained.largest_distance, 128);
  await page.getByText("Frequencies in figures").click();
  assert.equal(
    await page.getByRole("region", { name: "Frequencies" }).locator("tbody tr").count(),
    explained.channels.length,
  );
  await picture(page, "lm-explain-rerope");
  await close();
});

test("Schemes are evaluated over length, drawn as they are finished", { skip }, async () => {
  const { page, close } = await session.visit("#/lm/evaluate");
  await page.getByRole("textbox", { name: "Schemes, one per line" }).fill("rope\nntk:s=auto");
  await page.getByRole("textbox", { name: "Lengths" }).fill("128, 512");
  await page.getByRole("textbox", { name: "Samples" }).fill("2");
  await page.getByRole("button", { name: "Evaluate", exact: true }).click();
  const rows = page.getByRole("region", { name: "Results" }).locator("tbody tr");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n === 4,
  );
  await page.locator(".job .state-done").first().waitFor();
  await page.getByRole("img", { name: /Loss over the length/ }).waitFor();
  // One curve, though s=auto is another scheme at every length.
  assert.deepEqual(await page.locator(".job .legend > span").allInnerTexts(), ["rope", "ntk:s=auto"]);
  await picture(page, "lm-evaluate");
  await close();
});

test("A model is trained with its loss in sight, and can be written with", { skip }, async () => {
  const { page, close } = await session.visit("#/lm/train");
  const fill = (name: string, value: string) =>
    page.getByRole("textbox", { name, exact: true }).fill(value);
  await page.getByRole("textbox", { name: "Name" }).fill("little");
  await fill("Layers", "1");
  await fill("Hidden", "32");
  await fill("Heads", "2");
  await fill("Context", "32");
  await fill("Batch", "4");
  await fill("Steps", "60");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("img", { name: /Loss of the training/ }).waitFor({ timeout: 120_000 });
  await page.getByRole("button", { name: "Write with this model" }).waitFor({ timeout: 120_000 });
  await picture(page, "lm-train");
  await page.getByRole("button", { name: "Write with this model" }).click();
  await page.getByText("trained at 32 tokens").waitFor();
  await close();
});

test("A program without language models shows no page for them", { skip }, async () => {
  const { page, close } = await session.visit();
  await page.route("**/api/status", (route) =>
    route.fulfill({ json: { version: "0", threads: 1, components: ["tokenizer", "memory"] } }),
  );
  await page.goto(`${page.url().split("#")[0]}#/lm`);
  await page.reload();
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  await eventually(
    "pages",
    () => links.allInnerTexts(),
    (names) => names.join() === "Tokenizer,Memory,Jobs",
  );
  await page.getByRole("heading", { level: 1, name: "Tokenizer" }).waitFor();
  await close();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    const name = `Every panel of lm has names, contrast and room, ${colorScheme} at ${width} pixels`;
    test(name, { skip }, async () => {
      const { page, close } = await session.visit("#/lm", {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await page.getByText("trained at 256 tokens").waitFor();
      for (const tab of TABS) {
        await page.goto(`${page.url().split("#")[0]}#/lm/${tab}`);
        await page
          .getByRole("tab", { selected: true })
          .and(page.locator(`#tab-${tab}`))
          .waitFor();
        await page.waitForTimeout(800);
        assert.deepEqual(await audit(page), [], tab);
        await picture(page, `lm-${tab}-${colorScheme}-${width}`);
      }
      await close();
    });
  }
}
