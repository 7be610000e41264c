// SPDX-License-Identifier: Apache-2.0
// Reading the server's JSON: every field is looked at once, here, and what is missing or of another
// type is named by its place ("pieces[3].id is absent; a number was expected").
// Test: tests/parse.spec.ts.

/** The server sent something that this app does not understand: different versions, usually. */
export class AnswerError extends Error {
  override name = "AnswerError";
}

/** A JSON value and the place it came from. */
export class Field {
  readonly value: unknown;
  readonly place: string;

  constructor(value: unknown, place = "answer") {
    this.value = value;
    this.place = place;
  }

  /** The member of an object; may be absent, which the typed readers below report. */
  get(name: string): Field {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      return this.fail("an object");
    }
    return new Field((this.value as Record<string, unknown>)[name], `${this.place}.${name}`);
  }

  number(): number {
    return typeof this.value === "number" ? this.value : this.fail("a number");
  }

  text(): string {
    return typeof this.value === "string" ? this.value : this.fail("a text");
  }

  flag(): boolean {
    return typeof this.value === "boolean" ? this.value : this.fail("true or false");
  }

  list(): Field[] {
    return Array.isArray(this.value)
      ? this.value.map((item: unknown, i) => new Field(item, `${this.place}[${i}]`))
      : this.fail("a list");
  }

  entries(): [string, Field][] {
    if (typeof this.value !== "object" || this.value === null || Array.isArray(this.value)) {
      return this.fail("an object");
    }
    return Object.entries(this.value).map(([k, v]) => [k, new Field(v, `${this.place}.${k}`)]);
  }

  /** null and an absent member give null, anything else is read. */
  optional<T>(read: (field: Field) => T): T | null {
    return this.value === null || this.value === undefined ? null : read(this);
  }

  private fail(expected: string): never {
    const found =
      this.value === undefined
        ? "absent"
        : Array.isArray(this.value)
          ? "a list"
          : this.value === null
            ? "null"
            : typeof this.value;
    throw new AnswerError(
      `the server's ${this.place} is ${found}; ${expected} was expected. Reload the page: program and page may be of different versions`,
    );
  }
}
