import type { CellSets } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { SheetRow } from '../grid/sheet-row.ts';

/** A cell, the text entered into it, and the value it was read as. */
export interface Taken {
  readonly row: SheetRow;
  readonly column: Column;
  readonly text: string;
  readonly value: string | null;
}

/** Cells that were read and judged, in columns: a hundred thousand of them cost a few lists instead of as many objects. */
export class TakenCells implements Iterable<Taken> {
  readonly #rows: SheetRow[] = [];
  readonly #columns: Column[] = [];
  readonly #columnOf: number[] = [];
  readonly #places = new Map<Column, number>();
  readonly #texts: string[] = [];
  readonly #values: (string | null)[] = [];

  get length(): number {
    return this.#rows.length;
  }

  add(row: SheetRow, column: Column, text: string, value: string | null): void {
    let place = this.#places.get(column);
    if (place === undefined) {
      place = this.#columns.push(column) - 1;
      this.#places.set(column, place);
    }
    this.#rows.push(row);
    this.#columnOf.push(place);
    this.#texts.push(text);
    this.#values.push(value);
  }

  *[Symbol.iterator](): Generator<Taken> {
    for (let i = 0; i < this.#rows.length; i++) {
      const row = this.#rows[i];
      const column = this.#columns[this.#columnOf[i] ?? -1];
      if (row && column) yield { row, column, text: this.#texts[i] ?? '', value: this.#values[i] ?? null };
    }
  }

  /** The cells in the shape the journal takes; `before` answers what each holds now. */
  sets(before: (row: SheetRow, column: Column) => string | null): CellSets {
    const count = this.#rows.length;
    const rows = new Array<RowKey>(count);
    const befores = new Array<string | null>(count);
    for (let i = 0; i < count; i++) {
      const row = this.#rows[i];
      const column = this.#columns[this.#columnOf[i] ?? -1];
      rows[i] = row?.key ?? '';
      befores[i] = row && column ? before(row, column) : null;
    }
    return {
      columns: this.#columns.map(({ name }) => name),
      rows,
      columnOf: this.#columnOf,
      before: befores,
      after: this.#values,
    };
  }

  /** The columns that have a cell here. */
  get columns(): readonly Column[] {
    return this.#columns;
  }
}
