// SPDX-License-Identifier: Apache-2.0
// Server-sent events read by fetch(), because EventSource cannot send the token header.
// Source: HTML standard, section 9.2.6 "Interpreting an event stream". Test: tests/sse.spec.ts.
import { isAbort, request } from "./client.ts";

export interface ServerEvent {
  event: string;
  data: string;
}

/** Turns text as it arrives, cut anywhere, into events. */
export class EventParser {
  private line = "";
  private event = "";
  private data: string[] = [];
  private afterReturn = false;

  /** The events that this text completes. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    for (const c of text) {
      if (c === "\n" && this.afterReturn) {
        this.afterReturn = false;
      } else if (c === "\n" || c === "\r") {
        this.afterReturn = c === "\r";
        this.endLine(events);
      } else {
        this.afterReturn = false;
        this.line += c;
      }
    }
    return events;
  }

  private endLine(events: ServerEvent[]): void {
    const line = this.line;
    this.line = "";
    if (line === "") {
      if (this.data.length > 0)
        events.push({ event: this.event || "message", data: this.data.join("\n") });
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment, such as the server's ping
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.event = value;
    if (name === "data") this.data.push(value);
  }
}

/** Milliseconds to wait before the given attempt (1, 2, ...) to connect again. */
export function retryDelay(attempt: number): number {
  return Math.min(8000, 250 * 2 ** (attempt - 1));
}

/**
 * Reads the event stream at `path` until `onEvent` says that it was the last one or `signal` is
 * raised; connects again when the stream is cut. Throws what the first connection throws when the
 * server refuses it; `onCut` is called before each wait.
 */
export async function readEvents(
  path: string,
  onEvent: (event: ServerEvent) => boolean,
  signal: AbortSignal,
  onCut: () => void,
): Promise<void> {
  for (let attempt = 0; ;) {
    try {
      const response = await request(path, { signal });
      const reader = response.body?.getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const chunk = await reader?.read();
        if (chunk === undefined || chunk.done) break;
        attempt = 0;
        for (const event of parser.push(decoder.decode(chunk.value, { stream: true }))) {
          if (onEvent(event)) {
            await reader?.cancel();
            return;
          }
        }
      }
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      // A refusal is final; a cut connection is not.
      if (error instanceof Error && "status" in error && error.status !== 0) throw error;
    }
    onCut();
    await new Promise((resolve) => setTimeout(resolve, retryDelay(++attempt)));
    if (signal.aborted) return;
  }
}
