// SPDX-License-Identifier: Apache-2.0
// How text is drawn: the members of a request, and the same on the command line.
// Test: tests/lm.spec.ts.

export interface Sampling {
  tokens: number;
  temperature: number; // 0: the most probable token
  topP: number;
  topK: number; // 0: all
  minP: number;
  repeat: number; // 1: no penalty
  seed: number;
  stop: string; // empty: nothing
}

export const SAMPLING: Sampling = {
  tokens: 200,
  temperature: 0.8,
  topP: 0.95,
  topK: 0,
  minP: 0,
  repeat: 1.1,
  seed: 0,
  stop: "",
};

/** Members of a request to /v1/completions or /v1/chat/completions. */
export function samplingMembers(q: Sampling): Record<string, unknown> {
  return {
    max_tokens: q.tokens,
    temperature: q.temperature,
    top_p: q.topP,
    top_k: q.topK,
    min_p: q.minP,
    repeat_penalty: q.repeat,
    seed: q.seed,
    ...(q.stop === "" ? {} : { stop: [q.stop] }),
  };
}

/** A word for a POSIX shell. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

const LONGEST_PROMPT = 2000; // characters that are worth pasting

/** `yonder lm generate` with the same text; options as they differ from its defaults. */
export function generateCommand(path: string, prompt: string, scheme: string, q: Sampling): string {
  const words = ["yonder", "lm", "generate", path];
  if (prompt.length > LONGEST_PROMPT) words.push("--file", "prompt.txt");
  else words.push("--prompt", prompt);
  return [...words, ...samplingArguments(scheme, q)].map(shellQuote).join(" ");
}

/** `yonder lm chat` with the same messages; their line breaks become spaces. */
export function chatCommand(
  path: string,
  said: readonly string[],
  scheme: string,
  q: Sampling,
): string {
  const lines = said.map((text) => text.replaceAll(/\s*\n\s*/g, " "));
  const print = ["printf", "%s\\n", ...lines].map(shellQuote).join(" ");
  const chat = ["yonder", "lm", "chat", path, ...samplingArguments(scheme, q, 400)];
  return `${print} | ${chat.map(shellQuote).join(" ")}`;
}

/** tokens: how many are written where nothing is said. */
function samplingArguments(scheme: string, q: Sampling, tokens = 128): string[] {
  const words: string[] = [];
  const add = (name: string, value: number, unchanged: number): void => {
    if (value !== unchanged) words.push(`--${name}`, String(value));
  };
  if (scheme !== "") words.push("--scheme", scheme);
  add("tokens", q.tokens, tokens);
  if (q.stop !== "") words.push("--stop", q.stop);
  add("temperature", q.temperature, 0);
  add("top-k", q.topK, 0);
  add("top-p", q.topP, 1);
  add("min-p", q.minP, 0);
  add("repetition-penalty", q.repeat, 1);
  add("seed", q.seed, 0);
  return words;
}
