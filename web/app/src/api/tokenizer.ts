// SPDX-License-Identifier: Apache-2.0
// The tokenizer's part of the HTTP interface: types, readers, calls.
// Test: tests/parse.spec.ts.
import { fromBase64, textOf, toBase64, utf8 } from "./bytes.ts";
import { request, requestJson } from "./client.ts";
import type { Field } from "./parse.ts";

export interface Model {
  id: string;
  name: string;
  origin: string; // "file", "uploaded" or "trained"
  kind: string; // "unigram" or "bpe"
  vocabSize: number;
  maxPieceLength: number; // bytes
}

export interface Piece {
  id: number;
  bytes: Uint8Array;
  start: number; // byte offsets into the text
  end: number;
  score: number | null; // log-probability; null for special tokens
}

export interface Encoding {
  pieces: Piece[];
  bytes: number;
  characters: number;
  score: number | null; // null where a piece has none
  command: string;
}

export interface Segmentation {
  pieces: Piece[];
  score: number;
  logProbability: number;
  times: number; // how often it was drawn; 0 in an n-best list
}

export interface NbestList {
  segmentations: Segmentation[];
  command: string;
}

/** What the distribution over all segmentations looks like at one alpha. */
export interface Distribution {
  logZ: number;
  entropy: number; // nats
  expectedTokens: number;
  segmentationsLog10: number;
}

export interface Sample extends Distribution {
  distinct: number; // different segmentations drawn; the list may be shorter
  segmentations: Segmentation[];
  command: string;
}

export interface Edge extends Piece {
  probability: number; // posterior probability of this piece at this place
}

export interface LatticeAnswer extends Distribution {
  edges: Edge[];
  command: string;
}

export interface ScriptShare {
  script: string;
  bytes: number;
  tokens: number;
}

export interface Statistics {
  vocabSize: number;
  bytes: number;
  characters: number;
  tokens: number;
  bytesPerToken: number;
  charactersPerToken: number;
  bitsPerByte: number;
  singleByteTokens: number;
  piecesProduced: number;
  scripts: ScriptShare[];
  tokenLengths: number[]; // tokens of i bytes
  command: string;
}

export interface TextFile {
  id: string;
  name: string;
  bytes: number;
  origin: string;
}

export function parseModel(f: Field): Model {
  return {
    id: f.get("id").text(),
    name: f.get("name").text(),
    origin: f.get("origin").text(),
    kind: f.get("kind").text(),
    vocabSize: f.get("vocab_size").number(),
    maxPieceLength: f.get("max_piece_length").number(),
  };
}

export function parsePiece(f: Field): Piece {
  const base64 = f.get("base64").optional((b) => b.text());
  return {
    id: f.get("id").number(),
    bytes: base64 === null ? utf8(f.get("text").text()) : fromBase64(base64),
    start: f.get("start").number(),
    end: f.get("end").number(),
    score: f.get("score").optional((s) => s.number()),
  };
}

export function parseSegmentation(f: Field): Segmentation {
  return {
    pieces: f.get("pieces").list().map(parsePiece),
    score: f.get("score").number(),
    logProbability: f.get("log_probability").number(),
    times: f.get("times").optional((t) => t.number()) ?? 0,
  };
}

export function parseStatistics(f: Field): Statistics {
  const model = f.get("models").list()[0] ?? f.get("models[0]");
  const text = model.get("texts").list()[0] ?? model.get("texts[0]");
  return {
    vocabSize: model.get("vocab_size").number(),
    bytes: text.get("bytes").number(),
    characters: text.get("characters").number(),
    tokens: text.get("tokens").number(),
    bytesPerToken: text.get("bytes_per_token").number(),
    charactersPerToken: text.get("characters_per_token").number(),
    bitsPerByte: text.get("bits_per_byte").number(),
    singleByteTokens: text.get("single_byte_tokens").number(),
    piecesProduced: text.get("pieces_produced").number(),
    scripts: text
      .get("scripts")
      .list()
      .map((s) => ({
        script: s.get("script").text(),
        bytes: s.get("bytes").number(),
        tokens: s.get("tokens").number(),
      })),
    tokenLengths: text
      .get("token_lengths")
      .list()
      .map((n) => n.number()),
    command: f.get("command").text(),
  };
}

export function parseTextFile(f: Field): TextFile {
  return {
    id: f.get("id").text(),
    name: f.get("name").text(),
    bytes: f.get("bytes").number(),
    origin: f.get("origin").text(),
  };
}

/** The member of a request that carries a text: as text where it is one, else as base64. */
export function textMember(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = textOf(bytes);
  return text === null ? { base64: toBase64(bytes) } : { text };
}

export async function listModels(): Promise<Model[]> {
  return (await requestJson("/api/tokenizer/models")).get("models").list().map(parseModel);
}

export async function uploadModel(file: File): Promise<Model> {
  return parseModel(
    await requestJson("/api/tokenizer/models", { bytes: file, fileName: file.name }),
  );
}

export async function removeModel(id: string): Promise<void> {
  await request(`/api/tokenizer/models/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export async function modelFile(id: string): Promise<Blob> {
  return (await request(`/api/tokenizer/models/${encodeURIComponent(id)}/file`)).blob();
}

export async function encode(
  model: string,
  text: Uint8Array,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Encoding> {
  const f = await requestJson("/api/tokenizer/encode", {
    json: { model, ...textMember(text), options },
    signal,
  });
  return {
    pieces: f.get("pieces").list().map(parsePiece),
    bytes: f.get("bytes").number(),
    characters: f.get("characters").number(),
    score: f.get("score").optional((s) => s.number()),
    command: f.get("command").text(),
  };
}

export async function nbest(
  model: string,
  text: Uint8Array,
  k: number,
  alpha: number,
  signal: AbortSignal,
): Promise<NbestList> {
  const f = await requestJson("/api/tokenizer/nbest", {
    json: { model, ...textMember(text), k, alpha },
    signal,
  });
  return {
    segmentations: f.get("segmentations").list().map(parseSegmentation),
    command: f.get("command").text(),
  };
}

export async function sample(
  model: string,
  text: Uint8Array,
  alpha: number,
  n: number,
  seed: number,
  signal: AbortSignal,
): Promise<Sample> {
  const f = await requestJson("/api/tokenizer/sample", {
    json: { model, ...textMember(text), alpha, n, seed },
    signal,
  });
  return {
    distinct: f.get("distinct").number(),
    segmentations: f.get("segmentations").list().map(parseSegmentation),
    logZ: f.get("log_z").number(),
    entropy: f.get("entropy").number(),
    expectedTokens: f.get("expected_tokens").number(),
    segmentationsLog10: f.get("segmentations_log10").number(),
    command: f.get("command").text(),
  };
}

export async function lattice(
  model: string,
  text: Uint8Array,
  alpha: number,
  signal: AbortSignal,
): Promise<LatticeAnswer> {
  const f = await requestJson("/api/tokenizer/lattice", {
    json: { model, ...textMember(text), alpha },
    signal,
  });
  return {
    edges: f
      .get("edges")
      .list()
      .map((e) => ({ ...parsePiece(e), probability: e.get("probability").number() })),
    logZ: f.get("log_z").number(),
    entropy: f.get("entropy").number(),
    expectedTokens: f.get("expected_tokens").number(),
    segmentationsLog10: f.get("log_segmentations").number() / Math.LN10,
    command: f.get("command").text(),
  };
}

export async function statistics(
  model: string,
  text: Uint8Array,
  signal: AbortSignal,
): Promise<Statistics> {
  return parseStatistics(
    await requestJson("/api/tokenizer/stats", { json: { model, ...textMember(text) }, signal }),
  );
}

export async function listTexts(): Promise<TextFile[]> {
  return (await requestJson("/api/texts")).get("texts").list().map(parseTextFile);
}

export async function uploadText(content: Blob, name: string): Promise<TextFile> {
  return parseTextFile(await requestJson("/api/texts", { bytes: content, fileName: name }));
}

export async function removeText(id: string): Promise<void> {
  await request(`/api/texts/${encodeURIComponent(id)}`, { method: "DELETE" });
}
