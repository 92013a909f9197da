import type pg from 'pg';
import type { RowChunk } from '../../adapter.ts';
import type { Mark, MarksRequest, Selection, SliceRequest } from '../../row-pages.ts';
import { type Link, runOn } from '../connect.ts';
import { mapError } from '../errors.ts';
import { chunkOf, columnList, flagsOf, policiesOf, tableOf } from '../row-flags.ts';
import { cancellable } from './cancellable.ts';
import { between, orderBy, termsOf } from './ordering.ts';
import { Parameters } from './parameters.ts';
import { type Fold, whereOf } from './selecting.ts';

/** Marks taken from the cursor at a time. */
const MARKS_AT_ONCE = 500;

/** What a statement over a selection does, for its messages. */
export const readingOf = ({ definition: { source } }: Selection): string =>
  `Reading "${source.schema}"."${source.table}"`;

/** Conditions that all hold. */
export const conditionsOf = (where: string, conditions: readonly string[]): string =>
  [where, ...conditions].map((each) => `(${each})`).join(' and ');

/** See `RowPages.slice`. */
export const readSlice = (
  link: Link,
  fold: Fold,
  { selection, sort, rights, from, to, limit }: SliceRequest,
  signal: AbortSignal,
): Promise<RowChunk> => {
  const { definition } = selection;
  const terms = termsOf(definition, sort);
  const params = new Parameters();
  const where = conditionsOf(whereOf(selection, fold, params), between(terms, from, to, params));
  const rest = `from ${tableOf(definition)} where ${where} order by ${orderBy(terms)} limit ${Math.trunc(limit)}`;
  return cancellable(link, readingOf(selection), signal, async (client) => {
    if (!rights.rowPolicies) {
      const flags = flagsOf({ rights, definition }, null);
      const { rows } = await runOn(client, `select ${columnList(definition, flags)} ${rest}`, params.values);
      return chunkOf(rows, flags);
    }
    const flags = flagsOf({ rights, definition }, await policiesOf(client, definition));
    const read = () => runOn(client, `select ${columnList(definition, flags)} ${rest}`, params.values);
    const answer = await (flags.sql ? withoutPolicies(client, flags, read, signal) : read());
    await client.query('commit');
    return chunkOf(answer.rows, flags);
  });
};

/** A policy over what the person may not read directly: every row is offered, the database decides. */
const withoutPolicies = async <T>(
  client: pg.Client,
  flags: { sql: string | null },
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  await client.query('savepoint writ_policies');
  try {
    return await read();
  } catch (error) {
    const { kind } = mapError(error, '');
    if (signal.aborted || kind === 'unavailable' || kind === 'cancelled') throw error;
    await client.query('rollback to savepoint writ_policies');
    flags.sql = null;
    return read();
  }
};

/** See `RowPages.estimate`. */
export const estimateRows = (
  link: Link,
  fold: Fold,
  selection: Selection,
  signal: AbortSignal,
): Promise<number> => {
  const params = new Parameters();
  const where = whereOf(selection, fold, params);
  return cancellable(link, readingOf(selection), signal, async (client) => {
    const { rows } = await runOn(
      client,
      `explain (format json) select 1 from ${tableOf(selection.definition)} where ${where}`,
      params.values,
    );
    const plan = JSON.parse(rows[0]?.[0] ?? '[]') as readonly { Plan?: { 'Plan Rows'?: number } }[];
    return Math.round(plan[0]?.Plan?.['Plan Rows'] ?? 0);
  });
};

/** See `RowPages.marks`. One ordered pass; only the marks leave the server. */
export const readMarks = (
  link: Link,
  fold: Fold,
  { selection, sort, every, from, to }: MarksRequest,
  onMarks: (marks: readonly Mark[]) => void,
  signal: AbortSignal,
): Promise<number> => {
  const { definition } = selection;
  const terms = termsOf(definition, sort);
  const table = tableOf(definition);
  const stride = Math.max(1, Math.trunc(every));
  const names = terms.map((_, i) => `m${i}`);
  return cancellable(link, readingOf(selection), signal, async (client) => {
    // One snapshot for the pass and for the count of what follows its last mark.
    await client.query('begin isolation level repeatable read read only; set local jit = off');
    const params = new Parameters();
    const where = conditionsOf(whereOf(selection, fold, params), between(terms, from, to, params));
    const inner = terms.map(({ sql }, i) => `${sql} as ${names[i]}`).join(', ');
    await runOn(
      client,
      `declare writ_marks no scroll cursor for select ${names.join(', ')} from (
         select ${inner}, pg_catalog.row_number() over (order by ${orderBy(terms)}) - 1 as place
           from ${table} where ${where}) as writ_rows where place % ${stride} = 0`,
      params.values,
    );
    let count = 0;
    let last: Mark | undefined;
    for (;;) {
      const { rows } = await runOn(client, `fetch forward ${MARKS_AT_ONCE} from writ_marks`);
      signal.throwIfAborted();
      if (rows.length > 0) onMarks(rows);
      count += rows.length;
      last = rows.at(-1) ?? last;
      if (rows.length < MARKS_AT_ONCE) break;
    }
    let total = 0;
    if (last) {
      const rest = new Parameters();
      const after = conditionsOf(whereOf(selection, fold, rest), between(terms, last, to, rest));
      const { rows } = await runOn(
        client,
        `select pg_catalog.count(*) from (select 1 from ${table} where ${after} limit ${stride}) as writ_rows`,
        rest.values,
      );
      total = (count - 1) * stride + Number(rows[0]?.[0] ?? 0);
    }
    await client.query('commit');
    return total;
  });
};
