// SPDX-License-Identifier: Apache-2.0
// Journeys through the tokenizer page in a real browser, against the real program. What the page
// shows is compared with what the command line prints for the same model and text.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import type { Locator, Page } from "playwright-core";

import { audit } from "./audit.ts";
import { eventually, picture, PROGRAM, Session, yonder } from "./program.ts";

const MARKUP = "<img src=x onerror=alert(1)>";
// A vocabulary from a list: these pieces, and the single bytes that "convert" adds.
const PIECES = [
  "the",
  " the",
  "the ",
  " t",
  "he",
  "cat",
  " cat",
  " sat",
  "at",
  " hat",
  " mat",
  " bat",
  " and",
  "an",
  " on",
  "天地",
  "天",
  "地",
  "玄黄",
  "宇宙",
  MARKUP,
  "<img",
  "++",
];
const OTHER_PIECES = [...PIECES.slice(0, 12), "宇"];
const TEXT = readFileSync("/usr/share/common-licenses/GPL-3"); // on every Debian system
const TABS = ["segmentation", "n-best", "sampling", "lattice", "statistics", "train"];

let session: Session;

before(async () => {
  session = await Session.start(["mini.model"], (folder) => {
    writeFileSync(join(folder, "book.txt"), TEXT);
    writeFileSync(join(folder, "broken.model"), '{"YQ==": [3, "a"');
    for (const [name, list] of [
      ["mini.model", PIECES],
      ["other.model", OTHER_PIECES],
    ] as const) {
      writeFileSync(
        join(folder, "list.tsv"),
        list.map((piece, i) => `${piece}\t${400 - 10 * i}\n`).join(""),
      );
      yonder(folder, ["tokenizer", "convert", "--from-list", "list.tsv", "-o", name]);
    }
  });
});
after(async () => session.end());

const type = (page: Page, text: string): Promise<void> =>
  page.getByRole("textbox", { name: "Text" }).fill(text);
const pieces = (page: Page): Locator => page.getByRole("listbox").getByRole("option");
const select = (page: Page): Locator => page.getByRole("combobox", { name: "Vocabulary" });
const openModel = (page: Page, name: string): Promise<void> =>
  page
    .getByRole("region", { name: "Model" })
    .locator("input[type=file]")
    .setInputFiles(join(session.folder, name));

/** Forgets the chosen model, so that the next test finds the list as it was. */
async function forgetModel(page: Page): Promise<void> {
  const before = await select(page).locator("option").count();
  await page.getByRole("region", { name: "Model" }).getByRole("button", { name: "Forget" }).click();
  await eventually(
    "models",
    () => select(page).locator("option").count(),
    (n) => n === before - 1,
  );
}

/** The pieces as drawn once they are those of `text`. */
async function drawn(page: Page, count: number): Promise<string[]> {
  await eventually(
    "pieces",
    () => pieces(page).count(),
    (n) => n === count,
  );
  return pieces(page).allInnerTexts();
}

interface Encoded {
  ids: number[];
  pieces: (string | { base64: string })[];
}

function encodeWith(model: string, text: string, ...options: string[]): Encoded {
  const answer = yonder(
    session.folder,
    ["tokenizer", "encode", "-m", model, "--json", ...options],
    text,
  );
  return (JSON.parse(answer) as { documents: Encoded[] }).documents[0] as Encoded;
}

test("The token leaves the address bar, and a tab without it is told what to do", async () => {
  const { page, close } = await session.visit();
  await eventually(
    "address",
    async () => page.url(),
    (url) => !url.includes("token"),
  );
  await close();

  const stranger = await session.visit();
  await stranger.page.evaluate(() => sessionStorage.clear());
  await stranger.page.reload();
  await stranger.page
    .getByRole("alert")
    .filter({ hasText: /token|address/ })
    .waitFor();
  await picture(stranger.page, "no-token");
  await stranger.close([403]);
});

test("The segmentation has the ids that the command line prints", async () => {
  const { page, close } = await session.visit();
  const text = "the cat sat on the hat";
  const { ids, pieces: texts } = encodeWith("mini.model", text);
  await type(page, text);
  await page.getByRole("radio", { name: "Ids" }).check();
  await eventually(
    "ids",
    () => pieces(page).allInnerTexts(),
    (shown) => shown.join() === ids.join(),
  );
  await page.getByRole("radio", { name: "Text" }).check();
  assert.equal((await pieces(page).allTextContents()).join(""), texts.join(""));
  await page.getByRole("radio", { name: "Bytes" }).check();
  assert.equal(
    (await pieces(page).allInnerTexts()).join(" "),
    Buffer.from(text).toString("hex").toUpperCase().match(/../g)?.join(" "),
  );
  await page.getByRole("radio", { name: "Scores" }).check();
  assert.ok((await pieces(page).allInnerTexts()).every((score) => /^\u2212\d+\.\d\d$/.test(score)));
  await picture(page, "segmentation-scores");
  await close();
});

test("Pointing at a piece shows its id, bytes, score and span", async () => {
  const { page, close } = await session.visit();
  const text = "the cat sat";
  const { ids, pieces: texts } = encodeWith("mini.model", text);
  await type(page, text);
  await drawn(page, ids.length);
  await pieces(page).nth(1).hover();
  const detail = page.getByRole("status", { name: "Piece" });
  await eventually(
    "detail",
    () => detail.innerText(),
    (shown) => shown.includes(`${ids[1]}`),
  );
  const start = Buffer.from(texts[0] as string).length;
  const end = start + Buffer.from(texts[1] as string).length;
  const shown = await detail.innerText();
  assert.ok(shown.includes(`${start}\u2013${end}`), shown);
  assert.ok(
    shown.includes(
      Buffer.from(texts[1] as string)
        .toString("hex")
        .toUpperCase()
        .match(/../g)
        ?.join(" ") ?? "?",
    ),
    shown,
  );
  await close();
});

test("Only the answer to the last text is shown", async () => {
  const { page, close } = await session.visit();
  const box = page.getByRole("textbox", { name: "Text" });
  await box.fill("");
  await box.pressSequentially("the mat and the bat", { delay: 25 });
  const { ids, pieces: texts } = encodeWith("mini.model", "the mat and the bat");
  await drawn(page, ids.length);
  await page.waitForTimeout(400);
  assert.equal((await pieces(page).allTextContents()).join(""), texts.join(""));
  await close();
});

test("Chinese is cut between characters, and an unknown emoji is shown whole over its bytes", async () => {
  const { page, close } = await session.visit();
  await type(page, "天地玄黄👩‍🚀\n宇宙");
  const { ids } = encodeWith("mini.model", "天地玄黄👩‍🚀\n宇宙");
  await drawn(page, ids.length);
  const cluster = page.getByRole("listbox").getByRole("group");
  assert.equal(await cluster.count(), 1);
  assert.equal(await cluster.locator(".cluster-whole").innerText(), "👩‍🚀");
  assert.equal(
    (await cluster.getByRole("option").allInnerTexts()).join(" ").replace(/\s+/g, " "),
    "F0 9F 91 A9 E2 80 8D F0 9F 9A 80",
  );
  assert.ok((await page.getByRole("listbox").textContent())?.startsWith("天地玄黄"));
  await picture(page, "chinese-and-emoji");
  await close();
});

test("Bytes that are no text can be typed and are shown as such", async () => {
  const { page, close } = await session.visit();
  await page.getByRole("checkbox", { name: "\\xNN is a byte" }).check();
  await type(page, "a\\xFF\\t");
  await eventually(
    "bytes",
    () => page.getByRole("listbox").innerText(),
    (shown) => shown.includes("FF"),
  );
  await type(page, "a\\q");
  await page.getByRole("alert").filter({ hasText: "is no escape" }).waitFor();
  await close();
});

test("A text file that is not UTF-8 opens with escapes", async () => {
  const { page, close } = await session.visit();
  await page
    .getByRole("region", { name: "Text", exact: true })
    .locator("input[type=file]")
    .setInputFiles({
      name: "odd.txt",
      mimeType: "text/plain",
      buffer: Buffer.from([0x61, 0xff, 0x62]),
    });
  await eventually(
    "text",
    () => page.getByRole("textbox", { name: "Text" }).inputValue(),
    (value) => value === "a\\xFFb",
  );
  await close();
});

test("An option of the form changes the segmentation as on the command line", async () => {
  const { page, close } = await session.visit();
  await type(page, "the cat");
  const plain = encodeWith("mini.model", "the cat").ids.length;
  await drawn(page, plain);
  await page.getByText("Options", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Bos" }).check();
  assert.equal((await drawn(page, plain + 1))[0], "<bos>");
  await page.getByRole("tab", { name: "Statistics" }).click();
  await page.getByRole("tab", { name: "Segmentation" }).click();
  assert.equal((await drawn(page, plain + 1))[0], "<bos>");
  await page.getByText("Options", { exact: true }).click();
  await page.getByRole("textbox", { name: "Alpha" }).fill("a lot");
  await page.getByText('"a lot" is no number').waitFor();
  await close();
});

test("A model opened by upload is chosen, and downloads as it was", async () => {
  const { page, close } = await session.visit();
  await openModel(page, "other.model");
  await eventually(
    "choice",
    () => select(page).locator("option:checked").innerText(),
    (name) => name === "other.model",
  );
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "other.model");
  assert.deepEqual(
    readFileSync(await download.path()),
    readFileSync(join(session.folder, "other.model")),
  );
  await forgetModel(page);
  await eventually(
    "models",
    () => select(page).locator("option").allInnerTexts(),
    (names) => !names.includes("other.model"),
  );
  await close();
});

test("A model can be dropped on its card", async () => {
  const { page, close } = await session.visit();
  const content = readFileSync(join(session.folder, "other.model"), "utf8");
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "dropped.model"));
    return transfer;
  }, content);
  const card = page.getByRole("region", { name: "Model" });
  for (const event of ["dragenter", "dragover", "drop"])
    await card.dispatchEvent(event, { dataTransfer: data });
  await eventually(
    "choice",
    () => select(page).locator("option:checked").innerText(),
    (name) => name === "dropped.model",
  );
  await forgetModel(page);
  await close();
});

test("A bad model file is refused with the program's sentence", async () => {
  const { page, close } = await session.visit();
  await openModel(page, "broken.model");
  const alert = page.getByRole("region", { name: "Model" }).getByRole("alert");
  const said = await eventually(
    "sentence",
    () => alert.innerText(),
    (text) => text !== "",
  );
  assert.match(said, /broken\.model/);
  await picture(page, "bad-model");
  await alert.getByRole("button", { name: "Close" }).click();
  await alert.waitFor({ state: "hidden" });
  await close([422]);
});

test("The n-best list is the command line's, with probabilities that fall", async () => {
  const { page, close } = await session.visit("#/tokenizer/n-best");
  await type(page, "the cat");
  const rows = page.getByRole("region", { name: "N-best segmentations" }).locator("tbody tr");
  const answer = JSON.parse(
    yonder(
      session.folder,
      ["tokenizer", "encode", "-m", "mini.model", "--json", "--nbest", "10"],
      "the cat",
    ),
  ) as {
    documents: { nbest: Encoded[] }[];
  };
  const wanted = (answer.documents[0]?.nbest ?? []).map((n) => n.pieces.join("|"));
  const read = (): Promise<string[]> =>
    rows.evaluateAll((list) =>
      list.map((row) => [...row.querySelectorAll(".piece")].map((p) => p.textContent).join("|")),
    );
  await eventually("rows", read, (shown) => shown.join("\n") === wanted.join("\n"));
  const percent = (await rows.locator("td:last-child").allInnerTexts()).map((text) =>
    Number.parseFloat(text),
  );
  assert.ok(percent.length === 10 && (percent[0] ?? 0) >= (percent[1] ?? 0));
  await page.getByRole("combobox", { name: "How many" }).selectOption("5");
  await eventually(
    "rows",
    () => rows.count(),
    (n) => n === 5,
  );
  await picture(page, "n-best");
  await close();
});

test("Sampling counts the draws, and at alpha 0 all segmentations are alike", async () => {
  const { page, close } = await session.visit("#/tokenizer/sampling");
  await type(page, "the");
  const rows = page.getByRole("region", { name: "Drawn segmentations" }).locator("tbody tr");
  const column = (n: number): Promise<string[]> =>
    rows.locator(`td:nth-child(${n})`).allInnerTexts();
  const sum = async (): Promise<number> =>
    (await column(1)).reduce((total, text) => total + Number(text), 0);
  await eventually("draws", sum, (total) => total === 100);
  const slider = page.getByRole("slider", { name: /Temperature/ });
  await slider.focus();
  await page.keyboard.press("Home");
  const even = await eventually(
    "probabilities",
    () => column(4),
    (list) => list.length > 1 && new Set(list).size === 1,
  );
  const number = Number(
    (await page.locator(".figures dd").first().innerText()).replaceAll(",", ""),
  );
  assert.ok(
    Math.abs(Number.parseFloat(even[0] ?? "") - 100 / number) < 0.1,
    `${even[0]} of ${number}`,
  );
  await page.keyboard.press("End");
  await eventually(
    "probabilities",
    () => column(4),
    (list) => Number.parseFloat(list[0] ?? "") > 50,
  );
  await page.getByRole("button", { name: "Draw again" }).click();
  await page.getByText("seed 1", { exact: true }).waitFor();
  await picture(page, "sampling");
  await close();
});

test("The lattice draws the best path on top, and arrow keys read it out", async () => {
  const { page, close } = await session.visit("#/tokenizer/lattice");
  await type(page, "the cat\nand the hat");
  await page.getByRole("combobox", { name: "Line" }).selectOption({ index: 0 });
  const best = encodeWith("mini.model", "the cat").pieces.map(String);
  const texts = page.locator(".lattice .edge-best text");
  await eventually(
    "best path",
    () => texts.allTextContents(),
    (shown) => shown.join("|").replaceAll("\u00b7", " ") === best.join("|"),
  );
  assert.ok((await page.locator(".lattice .edge").count()) > best.length);
  await page.locator(".lattice").focus();
  await page.keyboard.press("End");
  const detail = page.getByRole("status", { name: "Piece" });
  await eventually(
    "detail",
    () => detail.innerText(),
    (text) => /probability/.test(text) && /\u20137/.test(text),
  );
  await page.getByText("As a table").click();
  const bars = await page.locator(".lattice .edge").count();
  await eventually(
    "table",
    () => page.getByRole("region", { name: "Edges of the lattice" }).locator("tbody tr").count(),
    (rows) => rows >= bars,
  );
  await page.getByRole("combobox", { name: "Line" }).selectOption({ index: 1 });
  await eventually(
    "characters",
    () => page.locator(".lattice-character").allTextContents(),
    (c) => c.join("") === "and\u00b7the\u00b7hat",
  );
  await picture(page, "lattice");
  await close();
});

test("Statistics are the command line's", async () => {
  const { page, close } = await session.visit("#/tokenizer/statistics");
  await type(page, "the cat 天地");
  const answer = JSON.parse(
    yonder(
      session.folder,
      ["tokenizer", "stats", "-m", "mini.model", "-", "--json"],
      "the cat 天地",
    ),
  ) as {
    models: { texts: { bytes_per_token: number }[] }[];
  };
  const wanted = answer.models[0]?.texts[0]?.bytes_per_token.toFixed(3) ?? "";
  await eventually(
    "figure",
    () => page.locator(".figures dd").first().innerText(),
    (text) => text === wanted,
  );
  await page.getByRole("cell", { name: "Han" }).waitFor();
  await picture(page, "statistics");
  await close();
});

test("The command to copy gives the pieces that the page shows", async () => {
  const { page, close } = await session.visit("", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await type(page, "the 'cat' sat");
  const { ids } = encodeWith("mini.model", "the 'cat' sat");
  await drawn(page, ids.length);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied").waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const path = `${dirname(PROGRAM)}:${process.env["PATH"] ?? ""}`;
  const printed = execFileSync("bash", ["-c", command], {
    cwd: session.folder,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
  });
  assert.equal(printed.trim().split(" ").length, ids.length, command);
  assert.equal(printed.trim().replaceAll(" ", "").replaceAll("\\s", " "), "the 'cat' sat");
  await close();
});

/** Chooses a text for training by upload. */
async function addText(page: Page, name: string, content: string | Buffer): Promise<void> {
  await page
    .getByRole("region", { name: "Training texts" })
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
  await page.getByRole("checkbox", { name }).and(page.locator(":checked")).first().waitFor();
}

test("Training makes the model that the command line makes, with a curve", async () => {
  const { page, close } = await session.visit("#/tokenizer/train");
  await addText(page, "book.txt", TEXT);
  await page.getByRole("textbox", { name: "Name" }).fill("trained.model");
  await page.getByRole("textbox", { name: "Vocab size" }).fill("9");
  await page.getByText("must lie between").waitFor();
  await page.getByRole("textbox", { name: "Vocab size" }).fill("350");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const job = page.getByRole("article", { name: /trained\.model/ });
  await job.getByText("done", { exact: true }).waitFor();
  await job.locator("canvas").first().waitFor();
  await job.getByText("yonder tokenizer train").waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    job.getByRole("button", { name: "Download" }).click(),
  ]);
  yonder(session.folder, [
    "tokenizer",
    "train",
    "book.txt",
    "-o",
    "same.model",
    "--vocab-size",
    "350",
  ]);
  assert.deepEqual(
    readFileSync(await download.path()),
    readFileSync(join(session.folder, "same.model")),
  );
  await picture(page, "training");
  await job.getByRole("button", { name: "Use this model" }).click();
  await eventually(
    "choice",
    () => select(page).locator("option:checked").innerText(),
    (name) => name === "trained.model",
  );
  await type(page, "the cat");
  await drawn(page, encodeWith("same.model", "the cat").ids.length);
  await forgetModel(page);
  await close();
});

/** Words drawn from an alphabet, so many that training takes a while. */
function longText(bytes: number): string {
  const words: string[] = [];
  let state = 7;
  for (let size = 0; size < bytes; size += 8) {
    state = (state * 48271) % 2147483647;
    words.push(state.toString(36).slice(0, 6));
  }
  return words.join(" ");
}

test("A running job shows its progress, survives a reload and a closed tab, and can be cancelled", async () => {
  const first = await session.visit("#/tokenizer/train");
  await addText(first.page, "long.txt", longText(16_000_000));
  await first.page.getByRole("textbox", { name: "Name" }).fill("long.model");
  await first.page.getByRole("button", { name: "Train", exact: true }).click();
  const job = (page: Page): Locator => page.getByRole("article", { name: /long\.model/ });
  const value = (page: Page): Promise<string | null> =>
    job(page).getByRole("progressbar").getAttribute("value");
  const early = await eventually(
    "progress",
    () => value(first.page),
    (v) => v !== null && Number(v) > 0,
  );
  await eventually(
    "progress",
    () => value(first.page),
    (v) => v !== early,
  );
  await picture(first.page, "training-live");
  await first.page.reload();
  await job(first.page).getByText("running", { exact: true }).waitFor();
  await first.close();

  const second = await session.visit("#/jobs");
  await job(second.page).getByText("running", { exact: true }).waitFor();
  await second.page.getByRole("link", { name: "Jobs" }).getByLabel("1 running").waitFor();
  await job(second.page).getByRole("button", { name: "Cancel" }).click();
  await job(second.page).getByText("cancelled", { exact: true }).waitFor();
  await picture(second.page, "jobs");
  await second.close();
});

test("Training without a text is answered with a sentence", async () => {
  const { page, close } = await session.visit("#/tokenizer/train");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "no text is chosen" }).waitFor();
  await close();
});

test("Markup in pieces, texts and file names is shown as text", async () => {
  const { page, close } = await session.visit();
  await page
    .getByRole("region", { name: "Model" })
    .locator("input[type=file]")
    .setInputFiles({
      name: `${MARKUP}.model`,
      mimeType: "text/plain",
      buffer: readFileSync(join(session.folder, "other.model")),
    });
  await eventually(
    "choice",
    () => select(page).locator("option:checked").innerText(),
    (name) => name.includes("<img"),
  );
  await type(page, `${MARKUP}\n<script>alert(2)</script>`);
  for (const tab of TABS) {
    await page.goto(`${page.url().split("#")[0]}#/tokenizer/${tab}`);
    if (tab === "train") await addText(page, `${MARKUP}.txt`, "the cat");
    await page.waitForTimeout(300);
  }
  assert.equal(await page.locator("img").count(), 1); // the sign of the header
  await page.getByRole("tab", { name: "Train" }).click();
  await page.getByRole("button", { name: `Forget ${MARKUP}.txt` }).click();
  await forgetModel(page);
  await close();
});

test("Everything is reached by keyboard alone", async () => {
  const { page, close } = await session.visit();
  await type(page, "the cat sat");
  const { ids } = encodeWith("mini.model", "the cat sat");
  await drawn(page, ids.length);
  await page.reload();
  await drawn(page, ids.length);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const e = document.activeElement;
      return `${e?.getAttribute("role") ?? e?.tagName.toLowerCase()}:${e?.getAttribute("aria-label") ?? e?.textContent?.trim() ?? ""}`;
    });
  const seen: string[] = [];
  for (let i = 0; i < 30; ++i) {
    await page.keyboard.press("Tab");
    seen.push(await focused());
    if (seen.at(-1)?.startsWith("tab:")) {
      await page.keyboard.press("ArrowRight");
      await page.getByRole("region", { name: "N-best segmentations" }).waitFor();
      await page.keyboard.press("Home");
      await page.getByRole("listbox").waitFor();
      assert.equal(await focused(), "tab:Segmentation");
    }
    if (seen.at(-1)?.startsWith("listbox:")) {
      await page.keyboard.press("End");
      await eventually(
        "mark",
        () => pieces(page).last().getAttribute("aria-selected"),
        (v) => v === "true",
      );
      await page.keyboard.press("Home");
      const detail = page.getByRole("status", { name: "Piece" });
      await eventually(
        "detail",
        () => detail.innerText(),
        (text) => text.includes(String(ids[0])),
      );
    }
  }
  assert.equal(seen[0], "a:Skip to content");
  for (const wanted of [
    "button:Dark theme",
    "select:",
    "button:Open file",
    "textarea:",
    "tab:Segmentation",
    "listbox:",
    "summary:Options",
    "pre:",
    "button:Copy",
  ]) {
    assert.ok(
      seen.some((s) => s.startsWith(wanted)),
      `${wanted} in ${seen.join(", ")}`,
    );
  }
  await close();
});

test("Light and dark follow the system until the switch is pressed, which is remembered", async () => {
  const { page, close } = await session.visit("", { colorScheme: "dark" });
  const paper = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.emulateMedia({ colorScheme: "light" });
  const light = await paper();
  assert.notEqual(dark, light);
  await page.getByRole("button", { name: "Dark theme" }).click();
  assert.equal(await paper(), dark);
  await page.reload();
  assert.equal(await paper(), dark);
  await close();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test(`Every panel has names, contrast and room, ${colorScheme} at ${width} pixels`, async () => {
      const { page, close } = await session.visit("", {
        colorScheme,
        viewport: { width, height: 800 },
      });
      await type(page, "the cat sat on the mat\n天地玄黄 👩‍🚀 {i++;}");
      for (const tab of TABS) {
        await page.goto(`${page.url().split("#")[0]}#/tokenizer/${tab}`);
        await page
          .getByRole("tab", { selected: true })
          .and(page.locator(`#tab-${tab}`))
          .waitFor();
        await page.locator(tab === "train" ? "#tab-panel form" : "#tab-panel .command").waitFor();
        assert.deepEqual(await audit(page), [], tab);
        await picture(page, `${tab}-${colorScheme}-${width}`);
      }
      await close();
    });
  }
}
