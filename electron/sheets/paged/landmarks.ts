import type { Mark } from '../../warehouse/row-pages.ts';

/** A stretch of an order: the row it begins at and the first place after it. `next` null: nothing known follows. */
export interface Stretch {
  readonly start: number;
  /** Null for the first: nothing stands before it. */
  readonly from: Mark | null;
  readonly end: number;
  readonly next: Mark | null;
}

/**
 * Rows of an order whose place is known: one in every so many, so that any row is found within a short stretch of a known one.
 * They arrive in order; until all have, only the places before them are known.
 */
export class Landmarks {
  readonly every: number;
  #marks: Mark[] = [];
  #places: number[] = [];
  #rows: number | null = null;

  constructor(every: number) {
    this.every = every;
  }

  /** Rows of the order; null while it is not known. */
  get rows(): number | null {
    return this.#rows;
  }

  /** Places below this are known. */
  get reach(): number {
    return this.#rows ?? (this.#places.at(-1) ?? -1) + 1;
  }

  append(marks: readonly Mark[]): void {
    for (const mark of marks) {
      this.#places.push((this.#places.at(-1) ?? -this.every) + this.every);
      this.#marks.push(mark);
    }
  }

  complete(rows: number): void {
    this.#rows = rows;
  }

  /** The stretch from the known row at or before `start` to the one at or after `end`; null where that is not known yet. */
  stretch(start: number, end: number): Stretch | null {
    const first = this.#at(start);
    const known = this.#places[first];
    if (known === undefined) return null;
    let after = this.#at(Math.max(start, end - 1)) + 1;
    if ((this.#places[after - 1] ?? 0) >= end && after - 1 > first) after--;
    const place = this.#places[after];
    if (place === undefined && this.#rows === null) return null;
    return {
      start: known,
      from: first === 0 ? null : (this.#marks[first] ?? null),
      end: place ?? this.#rows ?? 0,
      next: place === undefined ? null : (this.#marks[after] ?? null),
    };
  }

  /** The last known row at or before a place. */
  before(place: number): { readonly place: number; readonly mark: Mark } | null {
    const at = this.#at(place);
    const [known, mark] = [this.#places[at], this.#marks[at]];
    return known === undefined || !mark ? null : { place: known, mark };
  }

  /** Takes a stretch that was counted again; everything after it moves. */
  recount({ start, end }: Stretch, marks: readonly Mark[], rows: number): void {
    const first = this.#places.indexOf(start);
    let after = this.#places.indexOf(end);
    if (after < 0) after = this.#places.length;
    const moved = rows - (end - start);
    const places = marks.map((_, i) => start + i * this.every);
    const rest = this.#places.slice(after).map((place) => place + moved);
    this.#places = [...this.#places.slice(0, first), ...places, ...rest];
    this.#marks = [...this.#marks.slice(0, first), ...marks, ...this.#marks.slice(after)];
    if (this.#rows !== null) this.#rows += moved;
  }

  /** Whether the same rows stand at the same places. */
  equals(other: Landmarks): boolean {
    return (
      this.#rows === other.#rows &&
      this.#marks.length === other.#marks.length &&
      this.#marks.every((mark, i) => {
        const its = other.#marks[i];
        return mark.every((value, at) => value === its?.[at]) && this.#places[i] === other.#places[i];
      })
    );
  }

  /** Index of the last landmark at or before a place. */
  #at(place: number): number {
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
