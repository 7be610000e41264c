// SPDX-License-Identifier: Apache-2.0
// Requests to `yonder serve`: the token, errors as sentences, JSON in and out.
//
// The address that the program prints ends in #token=...; a fragment is never sent to a server. The
// app keeps the token for this tab, removes it from the address bar and sends it as a header with
// every request. Test: tests/client.spec.ts.
import { Field } from "./parse.ts";

/** What the server said was wrong: its sentence, and the kind it belongs to. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly kind: string;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.status = status;
    this.kind = kind;
  }
}

const TOKEN_KEY = "yonder.token";

/** The token of a fragment "#token=abc" or "#/page&token=abc", and the fragment without it. */
export function splitToken(fragment: string): { token: string | null; rest: string } {
  const match = /(?:^#|&)token=([^&]*)/.exec(fragment);
  if (match === null) return { token: null, rest: fragment };
  const rest = fragment.replace(match[0], match[0].startsWith("#") ? "#" : "").replace(/^#&/, "#");
  return { token: match[1] ?? "", rest: rest === "#" ? "" : rest };
}

/** Takes the token out of the address bar into this tab's storage. Called once, before anything. */
export function takeToken(): void {
  const { token, rest } = splitToken(location.hash);
  if (token === null) return;
  sessionStorage.setItem(TOKEN_KEY, token);
  history.replaceState(null, "", location.pathname + rest);
}

/** The error that an answer with a failing status carries; `body` is its text. */
export function errorOf(status: number, body: string): ApiError {
  try {
    const error = new Field(JSON.parse(body)).get("error");
    return new ApiError(status, error.get("kind").text(), error.get("message").text());
  } catch {
    const meaning =
      status === 403
        ? "this tab may not talk to the program; open the address that `yonder serve` printed"
        : `the program answered with status ${status} and no sentence`;
    return new ApiError(status, "http", meaning);
  }
}

export interface RequestOptions {
  method?: "GET" | "POST" | "DELETE";
  json?: unknown;
  bytes?: Blob | Uint8Array<ArrayBuffer>;
  fileName?: string;
  signal?: AbortSignal;
}

/** The answer to a request, already known to be a good one. Throws ApiError, or AbortError. */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = {
    "X-Yonder-Token": sessionStorage.getItem(TOKEN_KEY) ?? "",
  };
  let body: BodyInit | null = null;
  if (options.json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(options.json);
  } else if (options.bytes !== undefined) {
    headers["Content-Type"] = "application/octet-stream";
    body = options.bytes;
  }
  if (options.fileName !== undefined) headers["X-File-Name"] = encodeURIComponent(options.fileName);
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? (body === null ? "GET" : "POST"),
      headers,
      body,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(
      0,
      "network",
      "the program does not answer; is `yonder serve` still running?",
    );
  }
  if (!response.ok) throw errorOf(response.status, await response.text());
  return response;
}

/** The JSON of an answer, ready to be read field by field. */
export async function requestJson(path: string, options: RequestOptions = {}): Promise<Field> {
  const response = await request(path, options);
  try {
    return new Field(await response.json());
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, "network", "the program's answer was cut short; is it still running?");
  }
}

/** True for the error of a request that was given up because its answer no longer mattered. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** The sentence to show for anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
