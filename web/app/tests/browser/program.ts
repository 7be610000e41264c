// SPDX-License-Identifier: Apache-2.0
// What the browser tests stand on: a running `yonder serve`, Chromium, and pages that must not
// complain. Settings, all optional: YONDER (the program), CHROMIUM, YONDER_SCREENSHOTS (a folder).
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

export const PROGRAM = resolve(process.env["YONDER"] ?? "../../build/release/yonder");
// Tests run beside each other; torch's threads would wait for each other at every barrier.
const ENVIRONMENT = { YONDER_THREADS: "1", ...process.env };
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const SCREENSHOTS = resolve(process.env["YONDER_SCREENSHOTS"] ?? "../../build/web/screenshots");

/** Runs the program in a folder and returns what it printed. */
export function yonder(folder: string, args: readonly string[], input = ""): string {
  return execFileSync(PROGRAM, args, {
    cwd: folder,
    env: ENVIRONMENT,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
}

/** `yonder serve` on a free port, with a working folder of its own. */
export class Server {
  readonly address: string; // with the token
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess, address: string) {
    this.process = process;
    this.address = address;
  }

  static async start(args: readonly string[], folder: string): Promise<Server> {
    const child = spawn(PROGRAM, ["serve", "--port", "0", ...args], {
      cwd: folder,
      env: ENVIRONMENT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const address = await new Promise<string>((done, failed) => {
      let said = "";
      child.stdout.on("data", (data: Buffer) => {
        said += data.toString();
        const match = /http:\/\/\S+/.exec(said);
        if (match !== null) done(match[0]);
      });
      child.on("exit", (status) => failed(new Error(`yonder serve ended with ${status}: ${said}`)));
    });
    return new Server(child, address);
  }

  /** Ctrl-C; the exit status. */
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.process.once("exit", done));
    this.process.kill("SIGINT");
    return ended;
  }
}

export interface Visit {
  page: Page;
  /** Ends the visit; fails if the page complained of anything but the named failing requests. */
  close: (refused?: readonly number[]) => Promise<void>;
}

export class Session {
  readonly folder: string;
  readonly server: Server;
  private readonly browser: Browser;

  private constructor(folder: string, server: Server, browser: Browser) {
    this.folder = folder;
    this.server = server;
    this.browser = browser;
  }

  /** `prepare` fills the folder that the program then serves with these arguments. */
  static async start(args: readonly string[], prepare: (folder: string) => void): Promise<Session> {
    assert.ok(existsSync(PROGRAM), `${PROGRAM} does not exist; build it first with: make`);
    const folder = mkdtempSync(join(tmpdir(), "yonder-web-"));
    prepare(folder);
    const server = await Server.start(args, folder);
    const root = process.getuid?.() === 0; // Chromium's sandbox refuses to run as root
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: root ? ["--no-sandbox"] : [],
    });
    return new Session(folder, server, browser);
  }

  /** A fresh browser profile at `fragment` ("" = the address as printed). */
  async visit(fragment = "", options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    context.setDefaultTimeout(15_000);
    const complaints: string[] = [];
    context.on("page", (page) => {
      // Violations of the content security policy arrive here too.
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("dialog", (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
    });
    const page = await context.newPage();
    await page.goto(this.server.address);
    if (fragment !== "") await page.goto(`${this.server.address.split("#")[0]}${fragment}`);
    return {
      page,
      close: async (refused = []) => {
        await context.close();
        const allowed = refused.map((status) => `status of ${status} `);
        const real = complaints.filter((text) => !allowed.some((part) => text.includes(part)));
        assert.deepEqual(real, []);
      },
    };
  }

  async end(): Promise<void> {
    await this.browser.close();
    assert.equal(await this.server.stop(), 0);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until `read` gives what `wanted` accepts, and returns it. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T>,
  wanted: (value: T) => boolean,
): Promise<T> {
  let value = await read();
  for (let waited = 0; !wanted(value); waited += 50) {
    assert.ok(waited < 15_000, `${what}: still ${JSON.stringify(value)}`);
    await new Promise((done) => setTimeout(done, 50));
    value = await read();
  }
  return value;
}

/** A picture for people; no test reads it. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
