import pg from 'pg';
import { AppError } from '../../../shared/model/failure.ts';
import { keyValues } from '../../../shared/model/rows.ts';
import type { ReadRequest, RowChunk } from '../adapter.ts';
import { cancelStatement } from './cancel-statement.ts';
import { type Link, runOn } from './connect.ts';
import { copyRows } from './copy-rows.ts';
import { mapError } from './errors.ts';
import { chunkOf, columnList, type Flags, flagsOf, policiesOf, tableOf } from './row-flags.ts';

/** The first rows come early, the rest in chunks that keep server and client busy at once. */
const FIRST_ROWS = 1_000;
const CHUNK_ROWS = 10_000;
/** More keys in one statement make the planner read the whole table. */
const KEYS_AT_ONCE = 5_000;

const quote = pg.escapeIdentifier;

/** Streams rows in key order from one snapshot; see `Warehouse.read`. Aborting cancels the running statement. */
export const readRows = (
  link: Link,
  request: ReadRequest,
  onChunk: (chunk: RowChunk) => void,
): Promise<{ truncated: boolean }> => {
  const { schema, table } = request.definition.source;
  const doing = `Reading "${schema}"."${table}"`;
  return link.exclusive(async (client) => {
    if (request.signal.aborted) throw cancelled(doing);
    const abort = () => void cancelStatement(link, client);
    request.signal.addEventListener('abort', abort, { once: true });
    try {
      const result = await readOn(client, request, onChunk, doing);
      await client.query('commit');
      return result;
    } catch (error) {
      throw request.signal.aborted ? cancelled(doing) : error;
    } finally {
      request.signal.removeEventListener('abort', abort);
    }
  }, doing);
};

const cancelled = (doing: string): AppError =>
  new AppError('cancelled', 'cancelled', `${doing} was cancelled.`);

const readOn = async (
  client: pg.Client,
  request: ReadRequest,
  onChunk: (chunk: RowChunk) => void,
  doing: string,
): Promise<{ truncated: boolean }> => {
  const policies = request.rights.rowPolicies ? await policiesOf(client, request.definition) : null;
  if (!policies) await client.query('begin read only; set local synchronize_seqscans = off');
  const flags = flagsOf(request, policies);
  if (request.keys) return readKeys(client, request, request.keys, flags, onChunk, doing);
  return fetchAll(client, request, flags, onChunk, doing);
};

const fetchAll = async (
  client: pg.Client,
  request: ReadRequest,
  flags: Flags,
  onChunk: (chunk: RowChunk) => void,
  doing: string,
): Promise<{ truncated: boolean }> => {
  const { definition, limit, signal } = request;
  const order = definition.key.length ? ` order by ${definition.key.map(quote).join(', ')}` : '';
  let rows: (string | null)[][] = [];
  let seen = 0;
  const give = (): void => {
    signal.throwIfAborted();
    if (rows.length) onChunk(chunkOf(rows, flags));
    rows = [];
  };
  const copy = async (): Promise<void> => {
    const sql = `select ${columnList(definition, flags)} from ${tableOf(definition)}${order}`;
    try {
      await copyRows(client, sql, limit + 1, (row) => {
        if (++seen > limit) return;
        rows.push(row);
        // The first rows come early; a full chunk is given before the next row is taken.
        if (rows.length === (seen <= FIRST_ROWS ? FIRST_ROWS : CHUNK_ROWS)) give();
      });
    } catch (error) {
      throw mapError(error, doing, sql);
    }
  };
  // The whole is read, but its first rows are wanted at once: by the key's index, where there is one.
  const plan = definition.sourceKind.endsWith('table') ? '; set local enable_sort = off' : '';
  await client.query(`set local statement_timeout = 0${plan}`);
  if (flags.sql) {
    await client.query('savepoint writ_policies');
    try {
      await copy();
      give();
      return { truncated: seen > limit };
    } catch (error) {
      // A policy over what the person may not read directly: every row is offered, the database decides.
      if (seen > 0 || signal.aborted || mapError(error, doing).kind === 'unavailable') throw error;
      await client.query('rollback to savepoint writ_policies');
      flags.sql = null;
    }
  }
  await copy();
  give();
  return { truncated: seen > limit };
};

/** Rereads rows by key, each part by index; rows that are gone are left out. */
const readKeys = async (
  client: pg.Client,
  { definition, limit, signal }: ReadRequest,
  keys: readonly string[],
  flags: Flags,
  onChunk: (chunk: RowChunk) => void,
  doing: string,
): Promise<{ truncated: boolean }> => {
  const columns = new Map(definition.columns.map((column) => [column.name, column]));
  const names = definition.key.map((_, i) => `writ key ${i}`);
  const arrays = definition.key.map((_, i) => `pg_catalog.unnest($${i + 1}::text[])`);
  const where = definition.key.map((name, i) => {
    const type = columns.get(name)?.sqlType;
    if (type === undefined)
      throw new AppError('bug', 'key-not-in-definition', `${doing} failed. Its key "${name}" is no column.`);
    return `${quote(name)} = ${quote(names[i] ?? '')}::${type}`;
  });
  const sql = () =>
    `select ${columnList(definition, flags)} from ${tableOf(definition)}, rows from (${arrays.join(', ')})
       as writ_keys (${names.map(quote).join(', ')}) where ${where.join(' and ')}`;
  if (!definition.key.length) return { truncated: false };
  await client.query(
    'set local enable_hashjoin = off; set local enable_mergejoin = off; set local jit = off',
  );
  let seen = 0;
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    signal.throwIfAborted();
    const values = keys.slice(from, from + KEYS_AT_ONCE).map(keyValues);
    const params = definition.key.map((_, i) => values.map((value) => value[i] ?? null));
    const { rows } = await keyedRows(client, sql, params, flags, doing);
    const truncated = seen + rows.length > limit;
    if (truncated) rows.length = limit - seen;
    seen += rows.length;
    if (rows.length) onChunk(chunkOf(rows, flags));
    if (truncated) return { truncated };
  }
  return { truncated: false };
};

const keyedRows = async (
  client: pg.Client,
  sql: () => string,
  params: readonly (string | null)[][],
  flags: Flags,
  doing: string,
) => {
  if (flags.sql) {
    await client.query('savepoint writ_policies');
    try {
      return await runOn(client, sql(), params);
    } catch (error) {
      if (mapError(error, doing).kind === 'unavailable') throw error;
      await client.query('rollback to savepoint writ_policies');
      flags.sql = null;
    }
  }
  const text = sql();
  try {
    return await runOn(client, text, params);
  } catch (error) {
    throw mapError(error, doing, text);
  }
};
