import type { RowKey } from '../../shared/model/rows.ts';

/** Rows something is true of: what is asked of a set, for those that need not be one. */
export interface RowSet extends Iterable<RowKey> {
  readonly size: number;
  has(row: RowKey): boolean;
}
