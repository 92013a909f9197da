import type { Parameter } from '../connect.ts';

/** Collects the values of a statement while its text is written; values never become part of the text. */
export class Parameters {
  readonly #values: Parameter[] = [];

  get values(): readonly Parameter[] {
    return this.#values;
  }

  /** The placeholder of a value, cast to a type. */
  add(value: Parameter, type: string): string {
    this.#values.push(value);
    // By way of text the server takes the value as it is printed, whatever the type.
    return Array.isArray(value) || type.endsWith('[]')
      ? `$${this.#values.length}::text[]::${type}`
      : `$${this.#values.length}::text::${type}`;
  }
}
