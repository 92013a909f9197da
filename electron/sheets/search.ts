import type { OutputOf } from '../../shared/contract/operations.ts';
import type { PendingRow } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';
import { compareValues } from '../../shared/values/compare.ts';
import type { Breath } from './breathe.ts';
import { GROUP_BIT } from './folding.ts';
import type { ValueOf } from './matching.ts';
import { editedRows, effectiveRows, newRowValues } from './row-values.ts';
import type { SheetView } from './view.ts';

/** A view to be searched, over effective values. */
export interface Searched {
  readonly view: SheetView;
  readonly definition: SheetDefinition;
  readonly pending: ReadonlyMap<RowKey, PendingRow>;
  readonly breathe: Breath;
}

export interface FindRequest {
  readonly text: string;
  /** Names of the columns searched. */
  readonly columns: readonly string[];
  /** The text is a regular expression. */
  readonly pattern: boolean;
  readonly matchCase: boolean;
  /** The whole value must match. */
  readonly whole: boolean;
  /** Only cells in these places; all without. */
  readonly within?:
    | readonly { readonly top: number; readonly bottom: number; readonly columns: readonly string[] }[]
    | undefined;
  readonly limit: number;
}

export type FoundCells = OutputOf<'rows.find'>;
export type DistinctValues = OutputOf<'rows.distinct'>;

/** A repeated group that itself ends in a repetition can take exponential time. */
const NESTED_REPEAT = /[+*}]\)[+*{]/;
/** Longest value a pattern is tried on. */
const PATTERN_LENGTH = 10_000;

/** Tells whether a value is what is searched for; AppError `invalid` for a pattern that is none. */
export const valueMatcher = ({
  text,
  pattern,
  matchCase,
  whole,
}: FindRequest): ((value: string) => boolean) => {
  if (!pattern) {
    const fold = (given: string): string => (matchCase ? given : given.toLocaleLowerCase());
    const wanted = fold(text);
    return whole ? (value) => fold(value) === wanted : (value) => fold(value).includes(wanted);
  }
  if (NESTED_REPEAT.test(text)) {
    throw new AppError(
      'invalid',
      'pattern',
      'A repeated group inside a repetition can take for ever. Write the pattern without it.',
    );
  }
  try {
    const compiled = new RegExp(whole ? `^(?:${text})$` : text, matchCase ? 'u' : 'iu');
    return (value) => value.length <= PATTERN_LENGTH && compiled.test(value);
  } catch (cause) {
    throw new AppError(
      'invalid',
      'pattern',
      'The pattern is not a regular expression. Check brackets and backslashes.',
      { cause },
    );
  }
};

/** Where the rows of a grouped view are shown, by their place in its order; -1 in a closed group. */
const shownPlaces = ({ grouped, order }: SheetView): Int32Array | null => {
  if (!grouped || !order) return null;
  const places = new Int32Array(order.length).fill(-1);
  grouped.display.forEach((entry, place) => {
    if (entry < GROUP_BIT) places[entry] = place;
  });
  return places;
};

/** Goes through a view's rows in its order, in slices; `visit` gets the place in the view, and reads key and values. */
const eachRow = async (
  { view, definition, pending, breathe }: Searched,
  visit: (place: number, key: () => RowKey, value: ValueOf) => void,
): Promise<void> => {
  const { store, order, added, total } = view;
  const shown = shownPlaces(view);
  const effective = effectiveRows(definition, store, editedRows(store, pending));
  const stored = order?.length ?? store.rows;
  for (let place = 0; place < stored; place++) {
    if ((place & 0x1ff) === 0) await breathe();
    const row = order?.[place] ?? place;
    if (shown && row >= total) {
      const key = added[row - total] ?? '';
      const fresh = pending.get(key);
      const values = newRowValues(definition, fresh?.kind === 'insert' ? fresh.values : {});
      visit(shown[place] ?? -1, () => key, values);
    } else visit(shown ? (shown[place] ?? -1) : place, () => store.key(row), effective(row));
  }
  if (shown) return;
  added.forEach((key, i) => {
    const row = pending.get(key);
    if (row?.kind === 'insert') visit(stored + i, () => key, newRowValues(definition, row.values));
  });
};

/** Cells whose value matches, in the view's order; AppError `invalid` for a pattern that is none. */
export const findCells = async (searched: Searched, request: FindRequest): Promise<FoundCells> => {
  const matches = valueMatcher(request);
  const columns = searched.definition.columns.flatMap(({ name }, place) =>
    request.columns.includes(name) ? [{ name, place }] : [],
  );
  const areas = request.within?.map((area) => ({ ...area, columns: new Set(area.columns) }));
  const within =
    areas &&
    ((place: number, column: string): boolean =>
      areas.some(({ top, bottom, columns: names }) => place >= top && place <= bottom && names.has(column)));
  const cells: FoundCells['cells'] = [];
  let total = 0;
  await eachRow(searched, (place, key, value) => {
    for (const column of columns) {
      if (within && !within(place, column.name)) continue;
      const found = value(column.place);
      if (found === null || !matches(found)) continue;
      total++;
      if (cells.length < request.limit) cells.push({ place, row: key(), column: column.name, value: found });
    }
  });
  return { cells, total };
};

/** Values of a column with the number of rows that hold each; those that contain the text, most frequent first, ties in value order. */
export const distinctValues = async (
  searched: Searched,
  column: string,
  text: string,
  limit: number,
): Promise<DistinctValues> => {
  const place = searched.definition.columns.findIndex(({ name }) => name === column);
  const type = searched.definition.columns[place]?.type;
  if (!type) throw new AppError('invalid', 'column-unknown', `The column "${column}" is not in this sheet.`);
  const counts = new Map<string | null, number>();
  await eachRow(searched, (_place, _key, value) => {
    const found = value(place);
    counts.set(found, (counts.get(found) ?? 0) + 1);
  });
  const wanted = text.trim().toLocaleLowerCase();
  const compare = compareValues(type);
  const matching = [...counts].filter(
    ([value]) => wanted === '' || (value ?? '').toLocaleLowerCase().includes(wanted),
  );
  matching.sort(
    ([a, n], [b, m]) =>
      m - n || (a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b)),
  );
  return {
    values: matching.slice(0, limit).map(([value, rows]) => ({ value, rows })),
    total: matching.length,
  };
};
