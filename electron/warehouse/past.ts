import type { PastScope } from '../../shared/model/past.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import type { Warehouse } from './adapter.ts';

/** One row that the audit knows to have been changed since, and what its changed cells held. */
export interface ToldRow {
  readonly row: string;
  /** The first change: `insert` means that it was not there then. */
  readonly kind: 'update' | 'insert' | 'delete';
  /** A deletion is among the changes, so that all its cells are told. */
  readonly whole: boolean;
  readonly cells: readonly {
    readonly column: string;
    readonly was: string | null;
    /** What the last of these changes left. */
    readonly last: string | null;
    readonly person: string;
    readonly at: string;
  }[];
}

/** Who changed a cell last. */
export interface LastChange {
  readonly row: string;
  readonly column: string;
  readonly person: string;
  readonly at: string;
}

/** The past of tables as one person may see it. Rejects with AppError where there is none. */
export interface Past {
  /** Rows changed since a moment, or by a batch; at most `limit`, else AppError `invalid`. */
  changes(definition: SheetDefinition, scope: PastScope, limit: number): Promise<readonly ToldRow[]>;
  lastChanges(definition: SheetDefinition, rows: readonly string[]): Promise<readonly LastChange[]>;
}

/** The same warehouse, with rows read as they were at a moment; read whole, for there is no index on the past. */
export const warehouseAt = ({ pages: _, ...warehouse }: Warehouse, moment: string): Warehouse => ({
  ...warehouse,
  read: (request, onChunk) => warehouse.read({ ...request, moment }, onChunk),
});
