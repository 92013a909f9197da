import type { Aggregate } from '../../shared/model/aggregate.ts';
import { aggregateOf } from '../../shared/model/aggregate.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { type Aggregator, aggregatorOf } from './aggregator.ts';
import type { Breath } from './breathe.ts';
import type { GroupTree } from './grouping.ts';
import type { ValueOf } from './matching.ts';
import type { RowStore } from './row-store.ts';
import { editedRows, newRowValues, pendingValues } from './row-values.ts';

type Pending = ReadonlyMap<RowKey, PendingRow>;

export interface FiguresInput {
  readonly definition: SheetDefinition;
  readonly store: RowStore;
  /** Rows of the view; numbers from `total` on are new rows. Null: all rows of the store. */
  readonly order: Uint32Array | null;
  readonly total: number;
  /** New rows in the view, and all there were when it was made. */
  readonly added: readonly RowKey[];
  readonly known: ReadonlySet<RowKey>;
  readonly tree: GroupTree | null;
  readonly aggregates: Readonly<Record<string, Aggregate>>;
}

interface Worked {
  /** The store's version and the pending rows the figures are of. */
  readonly version: number;
  counted: Map<RowKey, PendingRow>;
  readonly rows: Uint32Array;
  readonly columns: readonly (Aggregator | null)[];
}

/** Which rows count, and in which slot first. */
interface Members {
  /** By row number: the slot plus one, 0 for a row that is not in the view; null when all are and there are no groups. */
  readonly stored: Uint32Array | null;
  readonly added: ReadonlyMap<RowKey, number>;
}

/**
 * Totals of a view and subtotals of its groups, over effective values; rows marked for deletion no longer count. Worked out when first
 * asked for, then kept up to date by what changed since. Slot 0 is the whole view, slot g+1 group g.
 */
export class ViewFigures {
  readonly #input: FiguresInput;
  readonly #slots: number;
  #worked: Worked | null = null;
  #members: Members | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(input: FiguresInput) {
    this.#input = input;
    this.#slots = 1 + (input.tree?.levels.length ?? 0);
  }

  /** Brings the figures up to date; one after the other, as both work in slices. */
  refresh(pending: Pending, breathe: Breath): Promise<void> {
    const turn = this.#turn.then(async () => {
      // Edits go on while this works; what it counts must stay the same throughout.
      const now = new Map(pending);
      if (this.#worked?.version === this.#input.store.version && (await this.#follow(now, breathe))) return;
      do {
        await this.#work(now, breathe);
      } while (this.#worked?.version !== this.#input.store.version);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Rows counted in a slot; 0 before the first `refresh`. */
  rows(slot: number): number {
    return this.#worked?.rows[slot] ?? 0;
  }

  /** A slot's figure of a column by its place in the definition; null where nothing is worked out. */
  text(slot: number, column: number): string | null {
    if (slot >= this.#slots) return null;
    return this.#worked?.columns[column]?.text(slot) ?? null;
  }

  #aggregators(): (Aggregator | null)[] {
    const { definition, aggregates } = this.#input;
    return definition.columns.map((column) =>
      aggregatorOf(aggregateOf(definition, column, aggregates), column, this.#slots),
    );
  }

  async #work(counted: Map<RowKey, PendingRow>, breathe: Breath): Promise<void> {
    const { store, tree, definition } = this.#input;
    const { stored, added } = await this.#membersOf(breathe);
    const worked: Worked = {
      version: store.version,
      counted,
      rows: new Uint32Array(this.#slots),
      columns: this.#aggregators(),
    };
    const edited = editedRows(store, counted);
    // In the order of the store, whose columns lie one after the other: several times as fast as in the view's.
    const count = stored?.length ?? store.rows;
    for (let row = 0; row < count; row++) {
      if ((row & 0xff) === 0) await breathe();
      const slot = stored ? (stored[row] ?? 0) - 1 : 0;
      if (slot < 0 || store.isGone(row)) continue;
      const change = edited.get(row);
      if (change === undefined) this.#addStored(worked, slot, row);
      else this.#addAll(worked, slot, pendingValues(definition, store, row, change), 1);
    }
    for (const [key, slot] of added)
      this.#addAll(worked, slot, this.#valuesOf(key, null, counted.get(key)), 1);
    // A group's figures are those of the groups in it, which have greater numbers.
    for (let slot = this.#slots - 1; slot > 0; slot--) {
      if ((slot & 0xff) === 0) await breathe();
      const around = (tree?.parents[slot - 1] ?? -1) + 1;
      worked.rows[around] = (worked.rows[around] ?? 0) + (worked.rows[slot] ?? 0);
      for (const column of worked.columns) column?.addSlot(slot, around);
    }
    for (const [key, change] of counted) {
      if (this.#isLate(key)) this.#addAll(worked, 0, this.#valuesOf(key, null, change), 1);
    }
    this.#worked = worked;
  }

  /** Takes out what changed rows counted for and puts in what they count for now; false when that cannot be done. */
  async #follow(now: Map<RowKey, PendingRow>, breathe: Breath): Promise<boolean> {
    const worked = this.#worked;
    if (!worked) return false;
    const { counted } = worked;
    const changed: RowKey[] = [];
    for (const [key, row] of now) if (counted.get(key) !== row) changed.push(key);
    for (const key of counted.keys()) if (!now.has(key)) changed.push(key);
    if (changed.length === 0) return true;
    if (worked.columns.some((column) => column && !column.reversible)) return false;
    const members = await this.#membersOf(breathe);
    // Half of it done would be wrong for good, so nothing may cancel the rest.
    this.#worked = null;
    for (const [i, key] of changed.entries()) {
      if ((i & 0xff) === 0) await breathe();
      const at = this.#find(key, members);
      if (!at) continue;
      for (let slot = at.slot; ; slot = (this.#input.tree?.parents[slot - 1] ?? -1) + 1) {
        this.#addAll(worked, slot, this.#valuesOf(key, at.row, counted.get(key)), -1);
        this.#addAll(worked, slot, this.#valuesOf(key, at.row, now.get(key)), 1);
        if (slot === 0) break;
      }
    }
    worked.counted = now;
    this.#worked = worked;
    return true;
  }

  /** A new row the view did not know when it was made: it stands behind the view's rows, in no group. */
  #isLate(key: RowKey): boolean {
    return isNewRow(key) && !this.#input.known.has(key);
  }

  /** The slot a row counts in first, and its number in the store; undefined when it is not in the view. */
  #find(key: RowKey, { stored, added }: Members): { slot: number; row: number | null } | undefined {
    if (isNewRow(key)) {
      const slot = this.#isLate(key) ? 0 : added.get(key);
      return slot === undefined ? undefined : { slot, row: null };
    }
    const row = this.#input.store.indexOf(key);
    if (row === undefined) return undefined;
    if (!stored) return { slot: 0, row };
    const slot = (stored[row] ?? 0) - 1;
    return slot < 0 ? undefined : { slot, row };
  }

  async #membersOf(breathe: Breath): Promise<Members> {
    if (this.#members) return this.#members;
    const { order, total, tree, added } = this.#input;
    const fresh = new Map(added.map((key) => [key, 0]));
    const stored = order ? new Uint32Array(total) : null;
    let leaf = 0;
    for (let at = 0; stored && at < (order?.length ?? 0); at++) {
      if ((at & 0xfff) === 0) await breathe();
      if (tree && at >= (tree.ends[tree.leaves[leaf] ?? 0] ?? 0)) leaf++;
      const slot = tree ? (tree.leaves[leaf] ?? 0) + 1 : 0;
      const row = order?.[at] ?? 0;
      if (row < total) stored[row] = slot + 1;
      else fresh.set(added[row - total] ?? '', slot);
    }
    this.#members = { stored, added: fresh };
    return this.#members;
  }

  /** What a row counts with under a change; null when it does not count. */
  #valuesOf(key: RowKey, row: number | null, change: PendingRow | undefined): ValueOf | null {
    const { definition, store } = this.#input;
    if (row !== null) return pendingValues(definition, store, row, change);
    return isNewRow(key) && change?.kind === 'insert' ? newRowValues(definition, change.values) : null;
  }

  #addAll(worked: Worked, slot: number, values: ValueOf | null, by: 1 | -1): void {
    if (values) this.#add(worked, slot, values, by);
  }

  #add({ rows, columns }: Worked, slot: number, values: ValueOf, by: 1 | -1): void {
    rows[slot] = (rows[slot] ?? 0) + by;
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      const value = column ? values(c) : null;
      if (value !== null) column?.add(slot, value, by);
    }
  }

  #addStored({ rows, columns }: Worked, slot: number, row: number): void {
    const { store } = this.#input;
    rows[slot] = (rows[slot] ?? 0) + 1;
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      const value = column ? store.value(row, c) : null;
      if (value !== null) column?.add(slot, value, 1);
    }
  }
}
