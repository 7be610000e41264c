// SPDX-License-Identifier: Apache-2.0
// Checks of a page that any page must pass: every control has a name, ids are unique, text can be
// read on what lies behind it, nothing sticks out on the right. Run inside the browser.
import type { Page } from "playwright-core";

/** What is wrong with the page as it is now, one line each. */
export async function audit(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const visible = (e: Element): boolean =>
      e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const nameOf = (e: Element): string =>
      `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"> "${(e.textContent ?? "").trim().slice(0, 30)}"`;

    for (const e of document.querySelectorAll<HTMLElement>(
      "button, a[href], input, select, textarea, [tabindex='0']",
    )) {
      if (!visible(e)) continue;
      const labels = "labels" in e ? [...((e as HTMLInputElement).labels ?? [])] : [];
      const by = (e.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "");
      const name = [
        e.getAttribute("aria-label"),
        ...by,
        ...labels.map((l) => l.textContent),
        e.textContent,
      ]
        .join("")
        .trim();
      if (name === "") found.push(`no name: ${nameOf(e)}`);
    }

    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i)))
      found.push(`id "${id}" is used twice`);
    for (const e of document.querySelectorAll("[aria-describedby], [aria-controls]")) {
      for (const id of `${e.getAttribute("aria-describedby") ?? ""} ${e.getAttribute("aria-controls") ?? ""}`.split(
        " ",
      )) {
        if (id !== "" && document.getElementById(id) === null)
          found.push(`${nameOf(e)} names "${id}", which does not exist`);
      }
    }

    // The canvas turns any colour, oklch() among them, into bytes.
    const paint = document
      .createElement("canvas")
      .getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    const known = new Map<string, number[]>();
    const rgba = (colour: string): number[] => {
      const cached = known.get(colour);
      if (cached !== undefined) return cached;
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = colour;
      paint.fillRect(0, 0, 1, 1);
      const value = [...paint.getImageData(0, 0, 1, 1).data];
      known.set(colour, value);
      return value;
    };
    const luminance = (c: number[]): number => {
      const [r = 0, g = 0, b = 0] = c.map((x) =>
        x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (e: Element | null): number[] => {
      for (; e !== null; e = e.parentElement) {
        const colour = rgba(getComputedStyle(e).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const reported = new Set<string>();
    while (walker.nextNode()) {
      const e = walker.currentNode.parentElement;
      if (
        e === null ||
        (walker.currentNode.textContent ?? "").trim() === "" ||
        e.closest("svg, .pending, option") !== null ||
        !visible(e)
      )
        continue;
      const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const line = `contrast ${ratio.toFixed(2)}: ${nameOf(e)}`;
      if (ratio < 4.5 && !reported.has(line)) {
        reported.add(line);
        found.push(line);
      }
    }

    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width)
      found.push(`the page is ${document.documentElement.scrollWidth - width} pixels too wide`);
    return found;
  });
}
