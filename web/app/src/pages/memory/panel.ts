// SPDX-License-Identifier: Apache-2.0
// What every panel of the memory page is given, and what they share. Test: tests/memory.spec.ts.
import type { Feed, Frame, Run, Summary } from "../../api/memory.ts";

export interface PanelProps {
  feed: Feed | null; // all of the samples; null while there are none
  run: Run | null;
  pending: boolean;
  frame: number; // index of the moment that is shown
  onFrame: (frame: number) => void;
  onOptions: (changes: Record<string, string>) => void; // as typed
  unit: string; // what the samples are
  timeUnit: string; // what times are counted in
}

/** The feed as far as a frame has got. */
export function feedUpTo(feed: Feed, frame: Frame): Feed {
  return { ...feed, samples: frame.samples };
}

/** Equally spaced times of a reconstruction. */
export function timesOf({ begin, end, values }: Summary): number[] {
  const last = values.length - 1;
  return values.map((_, i) => begin + ((end - begin) * i) / last);
}

/** The signal up to a time. */
export function signalUpTo(
  { t, u }: { t: readonly number[]; u: readonly number[] },
  end: number,
): { t: number[]; u: number[] } {
  const count = t.findIndex((time) => time >= end);
  return count < 0 ? { t: [...t], u: [...u] } : { t: t.slice(0, count), u: u.slice(0, count) };
}

/** "legt:4096" in parts, as the form has them; what follows the width (of lagt) is kept. */
export function splitMeasure(text: string): { name: string; width: string; rest: string } {
  const [name = "", width = "", ...rest] = text.split(":");
  return { name, width, rest: rest.map((part) => `:${part}`).join("") };
}

/** What the slider of N steps through. */
export const ORDERS: readonly number[] = [
  1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512,
];

/** The slider's position that is nearest to an order. */
export function positionOfOrder(order: number): number {
  const after = ORDERS.findIndex((n) => n >= order);
  return after < 0 ? ORDERS.length - 1 : after;
}
