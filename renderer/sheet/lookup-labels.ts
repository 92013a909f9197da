import type { Column } from '../../shared/model/sheet.ts';

/** A value of a lookup column, as far as it is known: `undefined` not asked yet, null no such value. */
export type LookupLabel = { readonly label: string | null; readonly known: boolean } | undefined;

type Ask = (
  column: string,
  values: readonly string[],
) => Promise<{ readonly labels: readonly (string | null)[]; readonly known: readonly boolean[] }>;

/**
 * Labels of the lookup values on screen. Values asked for in one turn travel in one call per column; past `limit` labels
 * of a column its cache starts again, which costs one call for what is visible.
 */
export class LookupLabels {
  readonly #ask: Ask;
  readonly #arrived: (column: string) => void;
  readonly #limit: number;
  readonly #known = new Map<string, Map<string, NonNullable<LookupLabel>>>();
  readonly #wanted = new Map<string, Set<string>>();
  #scheduled = false;

  constructor(ask: Ask, arrived: (column: string) => void, limit = 100_000) {
    this.#ask = ask;
    this.#arrived = arrived;
    this.#limit = limit;
  }

  /** The label if it is here; otherwise it is asked for and `arrived` tells when to draw again. */
  get(column: Column, value: string): LookupLabel {
    const held = this.#known.get(column.name)?.get(value);
    if (held) return held;
    let wanted = this.#wanted.get(column.name);
    if (!wanted) {
      wanted = new Set();
      this.#wanted.set(column.name, wanted);
    }
    wanted.add(value);
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#flush());
    }
    return undefined;
  }

  /** Keeps what a search found, so that a value just picked needs no call. */
  learn(column: string, values: readonly { readonly value: string; readonly label: string | null }[]): void {
    const labels = this.#labelsOf(column);
    for (const { value, label } of values) labels.set(value, { label, known: true });
  }

  clear(): void {
    this.#known.clear();
  }

  #labelsOf(column: string): Map<string, NonNullable<LookupLabel>> {
    let labels = this.#known.get(column);
    if (!labels || labels.size > this.#limit) {
      labels = new Map();
      this.#known.set(column, labels);
    }
    return labels;
  }

  #flush(): void {
    this.#scheduled = false;
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [column, values] of wanted) void this.#load(column, [...values]);
  }

  async #load(column: string, values: readonly string[]): Promise<void> {
    const labels = this.#labelsOf(column);
    try {
      const answer = await this.#ask(column, values);
      for (const [i, value] of values.entries()) {
        labels.set(value, { label: answer.labels[i] ?? null, known: answer.known[i] ?? false });
      }
      this.#arrived(column);
    } catch {
      // Labels are an aid: without them the value itself is shown, and the warehouse checks it at submit.
      for (const value of values) labels.set(value, { label: null, known: true });
    }
  }
}
