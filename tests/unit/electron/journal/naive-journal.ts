import type { PendingRow } from '../../../../shared/model/edit.ts';

type Cell = string | null;
type Row = Readonly<Record<string, Cell>>;
type Table = ReadonlyMap<string, Row>;

export interface SetCell {
  readonly row: string;
  readonly column: string;
  readonly after: Cell;
}

interface Action {
  readonly rows: readonly string[];
  /** The rows as the action leaves them; undefined is a deleted or never inserted row. */
  readonly apply: (table: Map<string, Row>) => void;
}

/**
 * What the journal should do, said without pending states: a warehouse, a list of actions over it, and pending edits
 * as the difference between the two. Slow and obvious.
 */
export class NaiveJournal {
  warehouse: Table;
  done: Action[] = [];
  undone: Action[] = [];
  frozen: { table: Table; floor: number } | undefined;

  constructor(warehouse: Table) {
    this.warehouse = warehouse;
  }

  seen(): Map<string, Row> {
    const table = new Map(this.warehouse);
    for (const action of this.done) action.apply(table);
    return table;
  }

  pending(): Record<string, PendingRow> {
    return differences(this.warehouse, this.seen());
  }

  set(cells: readonly SetCell[]): string {
    const seen = this.seen();
    for (const { row } of cells) {
      if (!seen.has(row)) return row.startsWith('new:') ? 'invalid row-unknown' : 'invalid row-deleted';
    }
    const changes = cells.filter(({ row, column, after }) => !Object.is(seen.get(row)?.[column], after));
    return this.#keep({
      rows: changes.map(({ row }) => row),
      apply: (table) => {
        for (const { row, column, after } of changes) table.set(row, { ...table.get(row), [column]: after });
      },
    });
  }

  insert(row: string, values: Row): string {
    return this.#keep({ rows: [row], apply: (table) => void table.set(row, values) });
  }

  delete(row: string): string {
    if (!this.seen().has(row)) return row.startsWith('new:') ? 'invalid row-unknown' : 'no error';
    return this.#keep({ rows: [row], apply: (table) => void table.delete(row) });
  }

  discard(rows: readonly string[] | undefined): string {
    const target = this.frozen?.table ?? this.warehouse;
    const changed = Object.keys(differences(target, this.seen())).filter(
      (row) => rows?.includes(row) ?? true,
    );
    return this.#keep(
      {
        rows: changed,
        apply: (table) => {
          for (const row of changed) {
            const values = target.get(row);
            if (values) table.set(row, values);
            else table.delete(row);
          }
        },
      },
      false,
    );
  }

  undo(): string {
    const floor = this.frozen?.floor ?? 0;
    if (this.done.length > floor) this.undone.push(...this.done.splice(-1));
    else if (floor > 0) return 'conflict edit-in-open-batch';
    return 'no error';
  }

  redo(): string {
    const next = this.undone.at(-1);
    if (next && this.#moves(next.rows)) return 'conflict row-in-open-batch';
    this.done.push(...this.undone.splice(-1));
    return 'no error';
  }

  submit(): string {
    if (this.frozen) return 'conflict batch-open';
    if (Object.keys(this.pending()).length === 0) return 'invalid nothing-pending';
    this.frozen = { table: this.seen(), floor: this.done.length };
    return 'no error';
  }

  settle(committed: boolean): void {
    const frozen = this.frozen;
    this.frozen = undefined;
    if (!frozen || !committed) return;
    const written = differences(this.warehouse, frozen.table);
    const final = new Set(Object.keys(written).filter((row) => written[row]?.kind !== 'update'));
    // Under its own key from now on, which the journal is not told.
    this.warehouse = new Map([...frozen.table].filter(([row]) => !row.startsWith('new:')));
    this.done = this.done.slice(frozen.floor);
    const dead = this.undone.findLastIndex(({ rows }) => rows.some((row) => final.has(row)));
    this.undone = this.undone.slice(dead + 1);
  }

  #moves(rows: readonly string[]): boolean {
    const frozen = this.frozen;
    return frozen !== undefined && rows.some((row) => frozen.table.has(row) !== this.warehouse.has(row));
  }

  #keep(action: Action, checked = true): string {
    if (action.rows.length === 0) return 'no error';
    if (checked && this.#moves(action.rows)) return 'conflict row-in-open-batch';
    this.done.push(action);
    this.undone = [];
    return 'no error';
  }
}

const differences = (from: Table, to: Table): Record<string, PendingRow> => {
  const found: [string, PendingRow][] = [];
  for (const row of new Set([...from.keys(), ...to.keys()])) {
    const old = from.get(row);
    const now = to.get(row);
    if (old && !now) found.push([row, { kind: 'delete', row, before: { ...old } }]);
    if (!old && now) found.push([row, { kind: 'insert', row, values: { ...now } }]);
    if (!old || !now) continue;
    const cells = Object.keys(now)
      .filter((column) => old[column] !== now[column])
      .map((column) => [column, { before: old[column] ?? null, after: now[column] ?? null }] as const);
    if (cells.length > 0) found.push([row, { kind: 'update', row, cells: Object.fromEntries(cells) }]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
};
