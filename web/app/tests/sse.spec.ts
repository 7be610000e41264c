// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { EventParser, readEvents, retryDelay, type ServerEvent } from "../src/api/sse.ts";

const STREAM =
  ': ping\n\nevent: state\ndata: {"a":1}\n\nevent: warn\ndata: one\ndata: two\n\ndata:none\n\n';
const EVENTS = [
  { event: "state", data: '{"a":1}' },
  { event: "warn", data: "one\ntwo" },
  { event: "message", data: "none" },
];

test("Events come out whole wherever the stream is cut", () => {
  for (let cut = 0; cut <= STREAM.length; ++cut) {
    const parser = new EventParser();
    assert.deepEqual(
      [...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))],
      EVENTS,
    );
  }
});

test("Lines may end in LF, CR or CR LF", () => {
  for (const end of ["\r", "\r\n"]) {
    const parser = new EventParser();
    const events = Array.from(STREAM.replaceAll("\n", end)).flatMap((c) => parser.push(c));
    assert.deepEqual(events, EVENTS);
  }
});

test("An event without data is none, and its name does not stick to the next", () => {
  assert.deepEqual(new EventParser().push("event: x\n\ndata: y\n\n"), [
    { event: "message", data: "y" },
  ]);
});

test("Waiting grows and stays below ten seconds", () => {
  assert.equal(retryDelay(1), 250);
  assert.equal(retryDelay(2), 500);
  assert.equal(retryDelay(50), 8000);
});

/** Lets readEvents() see these answers, one per connection. */
function answerWith(t: TestContext, answers: readonly (() => Response)[]): () => number {
  let connections = 0;
  Object.assign(globalThis, { sessionStorage: { getItem: () => "token" } });
  t.mock.method(globalThis, "fetch", async () => (answers[connections++] as () => Response)());
  return () => connections;
}

test("A cut stream is connected again, and ends with the last event", async (t) => {
  const connections = answerWith(t, [
    () => new Response("event: a\ndata: 1\n\nevent: b\nda"),
    () => {
      throw new TypeError("network error");
    },
    () => new Response("event: end\ndata: 2\n\nevent: after\ndata: 3\n\n"),
  ]);
  const seen: ServerEvent[] = [];
  let cuts = 0;
  const last = (event: ServerEvent): boolean => seen.push(event) > 0 && event.event === "end";
  await readEvents("/events", last, new AbortController().signal, () => ++cuts);
  assert.deepEqual(
    seen.map((event) => event.event),
    ["a", "end"],
  );
  assert.equal(cuts, 2);
  assert.equal(connections(), 3);
});

test("A refused stream is not asked for again", async (t) => {
  const connections = answerWith(t, [
    () =>
      new Response('{"error":{"kind":"file","message":"no job j9","column":-1}}', { status: 404 }),
  ]);
  await assert.rejects(
    readEvents(
      "/events",
      () => false,
      new AbortController().signal,
      () => {},
    ),
    /no job j9/,
  );
  assert.equal(connections(), 1);
});
