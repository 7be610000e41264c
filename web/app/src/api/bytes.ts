// SPDX-License-Identifier: Apache-2.0
// Bytes and text: UTF-8, base64, hexadecimal, and the escapes of the text box.
//
// A tokenizer works on bytes, a browser on UTF-16. Everything the app shows about a piece starts
// from its bytes, so that half a character is never rounded to a replacement sign on the way.
// Test: tests/bytes.spec.ts.

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a string; a lone surrogate becomes U+FFFD, as everywhere in a browser. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The string of valid UTF-8, or null. A byte order mark is kept. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Standard base64 with padding to bytes. Throws where the text is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Bytes to standard base64 with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** "E4 B8 AD". */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join(" ");
}

/** "0A". */
export function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

/** One stretch of bytes after decoding: valid UTF-8 as text, or one byte that is not. */
export type Decoded = { text: string } | { byte: number };

/**
 * Splits bytes into the longest valid stretches of UTF-8 and single bytes that belong to none.
 * Concatenating the parts gives the bytes back.
 */
export function decodeParts(bytes: Uint8Array): Decoded[] {
  const parts: Decoded[] = [];
  let begin = 0;
  const flush = (end: number): void => {
    if (end > begin) parts.push({ text: strict.decode(bytes.subarray(begin, end)) });
  };
  for (let i = 0; i < bytes.length;) {
    const length = characterLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    flush(i);
    parts.push({ byte: bytes[i] ?? 0 });
    begin = ++i;
  }
  flush(bytes.length);
  return parts;
}

/** Bytes of the valid UTF-8 character at i, 0 if there is none. Unicode 15, table 3-7. */
function characterLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || i + length > bytes.length) return 0;
  for (let k = 1; k < length; ++k) {
    const byte = bytes[i + k] ?? 0;
    let low = 0x80;
    let high = 0xbf;
    if (k === 1) {
      if (lead === 0xe0) low = 0xa0;
      if (lead === 0xed) high = 0x9f;
      if (lead === 0xf0) low = 0x90;
      if (lead === 0xf4) high = 0x8f;
    }
    if (byte < low || byte > high) return 0;
  }
  return length;
}

/**
 * The bytes of a text with escapes: \xNN is one byte, \n \r \t \\ are what they are in C. Throws
 * an Error naming the place of any other backslash.
 */
export function unescapeBytes(text: string): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  const pattern = /\\(?:x([0-9a-fA-F]{2})|([nrt\\]))|\\|[^\\]+/g;
  const simple: Record<string, number> = { n: 10, r: 13, t: 9, "\\": 92 };
  for (const match of text.matchAll(pattern)) {
    const [all, code, letter] = match;
    if (code !== undefined) {
      out.push(Number.parseInt(code, 16));
    } else if (letter !== undefined) {
      out.push(simple[letter] ?? 0);
    } else if (all === "\\") {
      const shown = text.slice(match.index, match.index + 4);
      throw new Error(
        `character ${match.index + 1}: "${shown}" is no escape; write \\xNN, \\n, \\r, \\t, or \\\\ for a backslash`,
      );
    } else {
      for (const byte of utf8(all)) out.push(byte);
    }
  }
  return Uint8Array.from(out);
}

/** Any bytes as a text that unescapeBytes() turns back into them. */
export function escapeBytes(bytes: Uint8Array): string {
  return decodeParts(bytes)
    .map((part) =>
      "byte" in part ? `\\x${hexByte(part.byte)}` : part.text.replaceAll("\\", "\\\\"),
    )
    .join("");
}
