// SPDX-License-Identifier: Apache-2.0
// The language models' part of the HTTP interface: types, readers, calls; and the stream of
// /v1/completions, by which the page writes text as any client of that interface does.
// Test: tests/lm.spec.ts.
import { ApiError, errorOf, request, requestJson } from "./client.ts";
import { Field } from "./parse.ts";
import { EventParser } from "./sse.ts";

export interface LmModel {
  id: string;
  path: string; // as a command line names it
  origin: string; // "file" or "trained"
  type: string;
  parameters: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  trainLength: number; // N, tokens
  ropeBase: number;
  scheme: string; // what the checkpoint itself asks for
  cacheBytesPerToken: number;
  hasCodec: boolean;
}

export interface LmModels {
  models: LmModel[];
  context: number; // most tokens of a prompt and what is written
  scheme: string; // of requests that name none
}

export interface SchemeArgument {
  name: string;
  fallback: string; // default; empty: it must be given
  help: string;
  choices: string[];
}

export interface SchemeTerm {
  name: string; // "rerope"
  group: string; // "split"; one term of each stands in a scheme
  help: string;
  source: string;
  example: string; // "w=512"
  arguments: SchemeArgument[];
}

export interface Channel {
  channel: number;
  theta: number; // radians per token
  slower: number; // 0 where nothing turns
  trainedTurns: number;
  turns: number;
  newAngles: boolean;
}

export interface Explanation {
  scheme: string; // canonical
  train: number;
  at: number;
  declaredLimit: number | null;
  firstOutside: number | null;
  largestDistance: number;
  visibleKeys: number;
  outsideKeys: number;
  positions: number[];
  matrix: (number | null)[][]; // distances; null: not visible
  channels: Channel[];
  factors: { tokens: number; stretch: number; factor: number }[];
  llamaCpp: string[] | null;
  notices: string[];
  command: string;
}

export interface Count {
  tokens: number;
  scheme: string; // canonical
  declaredLimit: number | null;
  notices: string[];
  chatForm: string;
}

/** One (scheme, length) of an evaluation. */
export interface EvalRow {
  asked: string; // the scheme as it was given: one for all lengths
  scheme: string; // canonical, for this length
  length: number;
  trainLength: number;
  targets: number;
  loss: number | null;
  lossLow: number | null;
  lossHigh: number | null;
  accuracy: number | null;
  bitsPerByte: number | null;
  tokensPerSecond: number | null;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** What is known when a text has ended. */
export interface Ending {
  finish: string; // "stop" or "length"
  promptTokens: number;
  completionTokens: number;
  scheme: string;
  prefillSeconds: number;
  decodeSeconds: number;
  notices: string[];
}

const text = (f: Field): string => f.text();
const number = (f: Field): number => f.number();

export function parseLmModel(f: Field): LmModel {
  return {
    id: f.get("id").text(),
    path: f.get("path").text(),
    origin: f.get("origin").text(),
    type: f.get("type").text(),
    parameters: f.get("parameters").number(),
    layers: f.get("layers").number(),
    heads: f.get("heads").number(),
    kvHeads: f.get("kv_heads").number(),
    headDim: f.get("head_dim").number(),
    trainLength: f.get("train_length").number(),
    ropeBase: f.get("rope_base").number(),
    scheme: f.get("scheme").text(),
    cacheBytesPerToken: f.get("cache_bytes_per_token").number(),
    hasCodec: f.get("has_codec").flag(),
  };
}

export function parseExplanation(answer: Field): Explanation {
  const f = answer.get("explanation");
  return {
    scheme: f.get("scheme").text(),
    train: f.get("train").number(),
    at: f.get("at").number(),
    declaredLimit: f.get("declared_limit").optional(number),
    firstOutside: f.get("first_outside").optional(number),
    largestDistance: f.get("largest_distance").number(),
    visibleKeys: f.get("visible_keys").number(),
    outsideKeys: f.get("outside_keys").number(),
    positions: f.get("positions").list().map(number),
    matrix: f
      .get("matrix")
      .list()
      .map((row) => row.list().map((cell) => cell.optional(number))),
    channels: f
      .get("channels")
      .list()
      .map((c) => ({
        channel: c.get("channel").number(),
        theta: c.get("theta").number(),
        slower: c.get("slower").number(),
        trainedTurns: c.get("trained_turns").number(),
        turns: c.get("turns").number(),
        newAngles: c.get("new_angles").flag(),
      })),
    factors: f
      .get("factors")
      .list()
      .map((row) => ({
        tokens: row.get("tokens").number(),
        stretch: row.get("stretch").number(),
        factor: row.get("factor").number(),
      })),
    llamaCpp: f.get("llama_cpp").optional((list) => list.list().map(text)),
    notices: f.get("notices").list().map(text),
    command: answer.get("command").text(),
  };
}

export function parseEvalRow(f: Field): EvalRow {
  return {
    asked: f.get("asked").text(),
    scheme: f.get("scheme").text(),
    length: f.get("length").number(),
    trainLength: f.get("train_length").number(),
    targets: f.get("targets").number(),
    loss: f.get("loss").optional(number),
    lossLow: f.get("loss_low").optional(number),
    lossHigh: f.get("loss_high").optional(number),
    accuracy: f.get("accuracy").optional(number),
    bitsPerByte: f.get("bits_per_byte").optional(number),
    tokensPerSecond: f.get("tokens_per_second").optional(number),
  };
}

export async function listLmModels(): Promise<LmModels> {
  const f = await requestJson("/api/lm/models");
  return {
    models: f.get("models").list().map(parseLmModel),
    context: f.get("context").number(),
    scheme: f.get("scheme").text(),
  };
}

export async function listSchemeTerms(): Promise<SchemeTerm[]> {
  return (await requestJson("/api/lm/schemes"))
    .get("terms")
    .list()
    .map((f) => ({
      name: f.get("name").text(),
      group: f.get("group").text(),
      help: f.get("help").text(),
      source: f.get("source").text(),
      example: f.get("example").text(),
      arguments: f
        .get("arguments")
        .list()
        .map((a) => ({
          name: a.get("name").text(),
          fallback: a.get("default").text(),
          help: a.get("help").text(),
          choices: a.get("choices").list().map(text),
        })),
    }));
}

export async function explain(
  question: { model: string; scheme: string; at: number; layer: number; cells: number },
  signal: AbortSignal,
): Promise<Explanation> {
  return parseExplanation(await requestJson("/api/lm/explain", { json: question, signal }));
}

export async function countTokens(
  question: {
    model: string;
    text: string;
    messages: readonly ChatMessage[];
    scheme: string;
    more: number;
  },
  signal: AbortSignal,
): Promise<Count> {
  const { messages, ...rest } = question;
  const f = await requestJson("/api/lm/count", {
    json: messages.length > 0 ? { ...rest, messages } : rest,
    signal,
  });
  return {
    tokens: f.get("tokens").number(),
    scheme: f.get("scheme").text(),
    declaredLimit: f.get("declared_limit").optional(number),
    notices: f.get("notices").list().map(text),
    chatForm: f.get("chat_form").text(),
  };
}

/** What one event of a stream brings: text, or the account at the end. */
export function readChunk(f: Field): { text: string; finish: string | null; ending: Field | null } {
  const choice = f.get("choices").list()[0];
  const delta = choice?.get("delta").optional((d) => d.get("content").optional(text));
  return {
    text: choice?.get("text").optional(text) ?? delta ?? "",
    finish: choice?.get("finish_reason").optional(text) ?? null,
    ending: f.get("usage").optional((usage) => usage) === null ? null : f,
  };
}

/**
 * Writes on after a prompt, or answers a conversation; `onText` gets the text as it comes. Raising
 * `signal` ends the work in the program too.
 */
export async function writeText(
  question: Record<string, unknown> & ({ prompt: string } | { messages: readonly ChatMessage[] }),
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<Ending> {
  const path = "messages" in question ? "/v1/chat/completions" : "/v1/completions";
  const response = await request(path, {
    json: { ...question, stream: true, stream_options: { include_usage: true } },
    signal,
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  let finish = "length";
  let ending: Field | null = null;
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    for (const { data } of parser.push(decoder.decode(chunk.value, { stream: true }))) {
      if (data === "[DONE]") continue;
      const f = new Field(JSON.parse(data), "stream");
      if (f.get("error").optional((e) => e) !== null) throw errorOf(500, data);
      const read = readChunk(f);
      if (read.text !== "") onText(read.text);
      finish = read.finish ?? finish;
      ending = read.ending ?? ending;
    }
  }
  if (ending === null)
    throw new ApiError(0, "network", "the text was cut short; is the program still running?");
  const own = ending.get("yonder");
  return {
    finish,
    promptTokens: ending.get("usage").get("prompt_tokens").number(),
    completionTokens: ending.get("usage").get("completion_tokens").number(),
    scheme: own.get("scheme").text(),
    prefillSeconds: own.get("prefill_seconds").number(),
    decodeSeconds: own.get("decode_seconds").number(),
    notices: own.get("notices").list().map(text),
  };
}
