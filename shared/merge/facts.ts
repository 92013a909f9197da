import type { RowKey } from '../model/rows.ts';
import type { SheetDefinition } from '../model/sheet.ts';
import { compareDecimals } from '../values/decimal.ts';

export type Cell = string | null;

/** What the warehouse holds where an edit was made. `unknown`: nobody has read it, so nothing is said about it. */
export type Theirs =
  | {
      readonly kind: 'row';
      readonly value: (column: string) => Cell;
      /** Whether this person may update or delete the row; rights on columns are `MergeColumn.refusal`. */
      readonly updatable: boolean;
      readonly deletable: boolean;
    }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

/** One column as it is today. */
export interface MergeColumn {
  /** Equality of canonical texts, NULL equal to NULL only. */
  readonly same: (a: Cell, b: Cell) => boolean;
  /** Why this person may not give it a value (in a new row), as a sentence; null when they may. */
  readonly refusal: (isNew: boolean) => string | null;
  /** What a blocking rule says against a value; null when nothing. */
  readonly check: (value: Cell) => string | null;
}

/** Everything a merge asks about the present. */
export interface MergeFacts {
  readonly columns: ReadonlyMap<string, MergeColumn>;
  readonly theirs: (row: RowKey) => Theirs;
  /** The key a new row with these values has; null while it is not known. */
  readonly keyOf: (values: Readonly<Record<string, Cell>>) => RowKey | null;
  /** Why this person may add no rows; null when they may. */
  readonly insertRefusal: string | null;
  /** Why a row with these values takes no writes now (a closed period), as a sentence; null when it does. */
  readonly closed: (value: (column: string) => Cell | undefined) => string | null;
}

/** NULL-safe equality of canonical texts of a column's type; a decimal's trailing zeros are its scale, not its value. */
export const sameIn = (definition: SheetDefinition, column: string): ((a: Cell, b: Cell) => boolean) => {
  const type = definition.columns.find(({ name }) => name === column)?.type;
  if (type?.kind !== 'decimal' && type?.kind !== 'integer') return (a, b) => a === b;
  return (a, b) => a === b || (a !== null && b !== null && compareDecimals(a, b) === 0);
};
