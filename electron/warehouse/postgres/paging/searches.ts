import { AppError } from '../../../../shared/model/failure.ts';
import { type RowKey, rowKeyOf } from '../../../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../../../shared/model/sheet.ts';
import {
  byText,
  type CountedValues,
  type FoundRow,
  type Mark,
  type OrderedSelection,
  type Selection,
  type TextRequest,
} from '../../row-pages.ts';
import { type Link, runOn } from '../connect.ts';
import { tableOf } from '../row-flags.ts';
import { boundType, quote } from '../statement-types.ts';
import { cancellable } from './cancellable.ts';
import { between, orderBy, termsOf } from './ordering.ts';
import { Parameters } from './parameters.ts';
import { type Fold, holds, keyIn, textOf, whereOf } from './selecting.ts';
import { conditionsOf, readingOf } from './slices.ts';

const WALK_AT_ONCE = 2_000;

const columnsOf = (definition: SheetDefinition, names: readonly string[]): readonly Column[] =>
  names.map((name) => {
    const column = definition.columns.find((each) => each.name === name);
    if (!column)
      throw new AppError('invalid', 'column-unknown', `The column "${name}" is not in this sheet.`);
    return column;
  });

/** See `RowPages.distinct`. */
export const distinctRows = (
  link: Link,
  fold: Fold,
  selection: Selection,
  name: string,
  text: string,
  limit: number,
  extra: ReadonlyMap<string | null, number>,
  signal: AbortSignal,
): Promise<CountedValues> => {
  const [column] = columnsOf(selection.definition, [name]);
  if (!column) throw new TypeError('No column was asked for.');
  const params = new Parameters();
  const where = whereOf(selection, fold, params);
  const counted = `select ${textOf(column)} as v, pg_catalog.count(*) as n from ${tableOf(selection.definition)}
    where ${where} group by 1`;
  const [values, counts] = [[...extra.keys()], [...extra.values()].map(String)];
  const all =
    extra.size === 0
      ? counted
      : `select v, pg_catalog.sum(n)::int8 as n from (${counted} union all select v, n from rows from (
           pg_catalog.unnest(${params.add(values, 'text[]')}), pg_catalog.unnest(${params.add(counts, 'int8[]')})) as writ_extra (v, n)
         ) as writ_both group by 1`;
  const wanted = text.trim().toLocaleLowerCase();
  const matching = wanted === '' ? '' : `where ${holds(fold('v'), wanted, params)}`;
  const { base } = boundType(column);
  const { kind } = column.type;
  const tie = byText(kind) ? 'v collate "C"' : kind === 'text' ? `v${collated(extra)}` : `v::${base}`;
  const sql = `select v, n, pg_catalog.count(*) over () from (${all}) as writ_values ${matching}
    order by n desc, (v is null), ${tie} limit ${Math.trunc(limit)}`;
  return cancellable(link, readingOf(selection), signal, async (client) => {
    const { rows } = await runOn(client, sql, params.values);
    return {
      values: rows.map(([value, n]) => ({ value: value ?? null, rows: Number(n) })),
      total: Number(rows[0]?.[2] ?? 0),
    };
  });
};

/** The texts keep their column's collation; over a union with others it has to be said which. */
const collated = (extra: ReadonlyMap<string | null, number>): string =>
  extra.size === 0 ? '' : ' collate "default"';

const numbered = (
  { selection, sort }: OrderedSelection,
  columns: readonly Column[],
  where: string,
): string => {
  const { definition } = selection;
  const names = new Set([...definition.key, ...columns.map(({ name }) => name)]);
  const order = orderBy(termsOf(definition, sort));
  return `select ${[...names].map(quote).join(', ')}, pg_catalog.row_number() over (order by ${order}) - 1 as "writ place"
    from ${tableOf(definition)} where ${where}`;
};

const foundRow = (keys: number, [place, ...row]: readonly (string | null)[]): FoundRow => ({
  place: Number(place),
  key: rowKeyOf(row.slice(0, keys)),
  values: row.slice(keys),
});

const chosen = (definition: SheetDefinition, columns: readonly Column[]): string =>
  ['"writ place"', ...definition.key.map(quote), ...columns.map(({ name }) => quote(name))].join(', ');

/** See `RowPages.find`. */
export const findRows = async (
  link: Link,
  fold: Fold,
  request: OrderedSelection & { readonly wanted: TextRequest; readonly skip: readonly RowKey[] },
  signal: AbortSignal,
): Promise<{ rows: readonly FoundRow[]; cells: number }> => {
  const { selection, wanted, skip } = request;
  const { definition } = selection;
  const columns = columnsOf(definition, wanted.columns);
  if (columns.length === 0) return { rows: [], cells: 0 };
  const statement = (build: (where: string, matches: readonly string[], skipped: string) => string) => {
    const params = new Parameters();
    const where = whereOf(selection, fold, params);
    const matches = columns.map((column) => matchOf(column, wanted, fold, params));
    const skipped = skip.length > 0 ? ` and not (${keyIn(definition, skip, params)})` : '';
    return { sql: build(where, matches, skipped), params: params.values };
  };
  const rows = statement(
    (where, matches, skipped) => `select ${chosen(definition, columns)}
      from (${numbered(request, columns, where)}) as writ_rows
      where (${matches.join(' or ')})${skipped} order by "writ place" limit ${Math.trunc(wanted.limit)}`,
  );
  const cells = statement(
    (
      where,
      matches,
      skipped,
    ) => `select pg_catalog.sum(${matches.map((match) => `(${match})::int`).join(' + ')})
      from ${tableOf(definition)} where (${where})${skipped}`,
  );
  const ask = ({ sql, params }: typeof rows) =>
    cancellable(link, readingOf(selection), signal, (client) => runOn(client, sql, params));
  const [found, counted] = await Promise.all([ask(rows), ask(cells)]);
  return {
    rows: found.rows.map((row) => foundRow(definition.key.length, row)),
    cells: Number(counted.rows[0]?.[0] ?? 0),
  };
};

const matchOf = (column: Column, wanted: TextRequest, fold: Fold, params: Parameters): string => {
  const text = wanted.matchCase ? `${textOf(column)} collate "C"` : fold(textOf(column));
  const sought = wanted.matchCase ? wanted.text : wanted.text.toLocaleLowerCase();
  return wanted.whole
    ? `coalesce(${text} = ${params.add(sought, 'text')}, false)`
    : holds(text, sought, params);
};

/** See `RowPages.place`. */
export const placeOfRow = (
  link: Link,
  fold: Fold,
  { selection, sort, mark, key }: OrderedSelection & { readonly mark: Mark; readonly key: RowKey },
  signal: AbortSignal,
): Promise<number | null> => {
  const { definition } = selection;
  const terms = termsOf(definition, sort);
  const params = new Parameters();
  const before = conditionsOf(whereOf(selection, fold, params), between(terms, undefined, mark, params));
  const itself = `(${whereOf(selection, fold, params)}) and ${keyIn(definition, [key], params)}`;
  const table = tableOf(definition);
  const sql = `select (select pg_catalog.count(*) from ${table} where ${before})
    where exists (select 1 from ${table} where ${itself})`;
  return cancellable(link, readingOf(selection), signal, async (client) => {
    const { rows } = await runOn(client, sql, params.values);
    return rows[0] ? Number(rows[0][0]) : null;
  });
};

/** See `RowPages.walk`. */
export const walkRows = (
  link: Link,
  fold: Fold,
  request: OrderedSelection & { readonly columns: readonly string[]; readonly only?: readonly RowKey[] },
  onRows: (rows: readonly FoundRow[]) => Promise<void> | void,
  signal: AbortSignal,
): Promise<void> => {
  const { selection, only } = request;
  const { definition } = selection;
  const columns = columnsOf(definition, request.columns);
  const params = new Parameters();
  const from = numbered(request, columns, whereOf(selection, fold, params));
  const wanted = only ? ` where ${keyIn(definition, only, params)}` : '';
  const sql = `declare writ_walk no scroll cursor for select ${chosen(definition, columns)}
    from (${from}) as writ_rows${wanted} order by "writ place"`;
  return cancellable(link, readingOf(selection), signal, async (client) => {
    await client.query('begin read only; set local jit = off');
    await runOn(client, sql, params.values);
    for (;;) {
      const { rows } = await runOn(client, `fetch forward ${WALK_AT_ONCE} from writ_walk`);
      signal.throwIfAborted();
      if (rows.length > 0) await onRows(rows.map((row) => foundRow(definition.key.length, row)));
      if (rows.length < WALK_AT_ONCE) break;
    }
    await client.query('commit');
  });
};
