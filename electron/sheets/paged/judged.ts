import type { PendingRow } from '../../../shared/model/edit.ts';
import { isNewRow, type RowKey } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { ViewQuery } from '../../../shared/model/view.ts';
import type { Selection } from '../../warehouse/row-pages.ts';
import { markedRows } from '../marked-rows.ts';
import { rowMatcher, type ValueOf } from '../matching.ts';
import { newRowValues, own } from '../row-values.ts';
import type { KnownRow } from './known-rows.ts';

type Pending = ReadonlyMap<RowKey, PendingRow>;

/** A query split in two: what the warehouse answers, and what only the journal can, judged here. */
export interface Judged {
  readonly selection: Selection;
  /** New rows the query lets through, in the order they were added. */
  readonly added: readonly RowKey[];
}

/** Reads a row that is not in memory as a whole, with its pending edits. */
export const effectiveKnown =
  (definition: SheetDefinition, known: KnownRow, change: PendingRow | undefined): ValueOf =>
  (column) => {
    const cell = change?.kind === 'update' ? own(change.cells, definition.columns[column]?.name) : undefined;
    return cell ? cell.after : (known.row[column] ?? null);
  };

/** Stored rows whose pending edits touch one of these columns. */
export const editedIn = (pending: Pending, columns: ReadonlySet<string>): readonly RowKey[] =>
  [...pending.values()].flatMap((row) =>
    row.kind === 'update' && Object.keys(row.cells).some((name) => columns.has(name)) ? [row.row] : [],
  );

/** Columns a query's filters look at. */
export const filteredColumns = (definition: SheetDefinition, query: ViewQuery): ReadonlySet<string> =>
  new Set(
    query.quick.trim() === ''
      ? query.filters.map(({ column }) => column)
      : definition.columns.map(({ name }) => name),
  );

/** Stored rows whose edits decide whether they are in, so that they have to be read before `judge`. */
export const toBeJudged = (
  definition: SheetDefinition,
  query: ViewQuery,
  pending: Pending,
  also: readonly string[] = [],
): readonly RowKey[] => {
  const marked = markedRows(query, pending);
  return marked
    ? [...marked].filter((key) => !isNewRow(key))
    : editedIn(pending, new Set([...filteredColumns(definition, query), ...also]));
};

/**
 * Which rows a query means, by their effective values: the warehouse filters what nobody here has edited, and is told by key which of
 * the edited rows are in. A row that is not there any more is in nothing.
 */
export const judge = (
  definition: SheetDefinition,
  query: ViewQuery,
  pending: Pending,
  judged: readonly RowKey[],
  known: (key: RowKey) => KnownRow | undefined,
): Judged => {
  const matches = rowMatcher(query, definition.columns);
  const marked = markedRows(query, pending);
  const also = judged.filter((key) => {
    const row = known(key);
    return row && (!matches || matches(effectiveKnown(definition, row, pending.get(key))));
  });
  const added = [...pending.values()].flatMap((row) =>
    row.kind === 'insert' &&
    (!marked || marked.has(row.row)) &&
    (!matches || matches(newRowValues(definition, row.values)))
      ? [row.row]
      : [],
  );
  return {
    selection: {
      definition,
      filters: query.filters,
      quick: query.quick,
      except: marked ? [] : judged,
      also,
      onlyAlso: marked !== null,
    },
    added,
  };
};
