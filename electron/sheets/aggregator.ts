import Big from 'big.js';
import type { Aggregate } from '../../shared/model/aggregate.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import { ExactSums } from './exact-sums.ts';

/** Works out one column for many slots: the whole view and each of its groups. */
export interface Aggregator {
  /** Takes a value in (`by` 1) or out again (-1). */
  add(slot: number, value: string, by: 1 | -1): void;
  /** Adds a slot to another; a group to the one around it. */
  addSlot(from: number, to: number): void;
  /** Whether values can be taken out again; if not, a change means working all of it out anew. */
  readonly reversible: boolean;
  text(slot: number): string | null;
}

const AVERAGE_PLACES = 6;

/** The aggregator of a column; null for none. */
export const aggregatorOf = (kind: Aggregate, column: Column, slots: number): Aggregator | null => {
  switch (kind) {
    case 'none':
      return null;
    case 'count':
      return new Counts(slots);
    case 'sum':
      return new ExactSums(slots, scaleOf(column));
    case 'average':
      return new Averages(slots, scaleOf(column));
    case 'min':
    case 'max':
      return new Extremes(slots, compareValues(column.type), kind === 'min' ? -1 : 1);
  }
};

/** Decimals every value of the column has at most; undefined where values differ in it. */
const scaleOf = ({ type }: Column): number | undefined =>
  type.kind === 'integer' ? 0 : type.kind === 'decimal' ? type.scale : undefined;

class Counts implements Aggregator {
  readonly reversible = true;
  readonly #counts: Uint32Array;

  constructor(slots: number) {
    this.#counts = new Uint32Array(slots);
  }

  add(slot: number, _value: string, by: 1 | -1): void {
    this.#counts[slot] = this.at(slot) + by;
  }

  addSlot(from: number, to: number): void {
    this.#counts[to] = this.at(to) + this.at(from);
  }

  at(slot: number): number {
    return this.#counts[slot] ?? 0;
  }

  text(slot: number): string {
    return String(this.at(slot));
  }
}

/** Exact sum over count, rounded half up to six decimals. */
class Averages implements Aggregator {
  readonly reversible = true;
  readonly #sums: ExactSums;

  constructor(slots: number, scale: number | undefined) {
    this.#sums = new ExactSums(slots, scale);
  }

  add(slot: number, value: string, by: 1 | -1): void {
    this.#sums.add(slot, value, by);
  }

  addSlot(from: number, to: number): void {
    this.#sums.addSlot(from, to);
  }

  text(slot: number): string | null {
    const sum = this.#sums.text(slot);
    if (sum === null || !/^-?\d/.test(sum)) return sum;
    return new Big(sum).div(this.#sums.values(slot)).round(AVERAGE_PLACES, Big.roundHalfUp).toFixed();
  }
}

class Extremes implements Aggregator {
  readonly reversible = false;
  readonly #best: (string | null)[];
  readonly #compare: (a: string, b: string) => number;
  readonly #sign: 1 | -1;

  constructor(slots: number, compare: (a: string, b: string) => number, sign: 1 | -1) {
    this.#best = new Array<string | null>(slots).fill(null);
    this.#compare = compare;
    this.#sign = sign;
  }

  add(slot: number, value: string): void {
    const best = this.#best[slot] ?? null;
    if (best === null || this.#compare(value, best) * this.#sign > 0) this.#best[slot] = value;
  }

  addSlot(from: number, to: number): void {
    const value = this.#best[from] ?? null;
    if (value !== null) this.add(to, value);
  }

  text(slot: number): string | null {
    return this.#best[slot] ?? null;
  }
}
