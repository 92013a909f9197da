import type pg from 'pg';
import { DatabaseError } from 'pg';
import type { Conflict, Problem } from '../../../shared/model/batch.ts';
import { type BurstStatement, sendBurst } from './burst.ts';
import { type Chunk, type CommitContext, chunkStatement, chunksOf, preamble } from './commit-transaction.ts';
import { mapError } from './errors.ts';
import { type StatementGroup, tableSql } from './statements.ts';

/** What is wrong with which rows. */
export interface Found {
  readonly conflicts: readonly Conflict[];
  readonly problems: readonly Problem[];
}

const MAX_ROWS = 20;
/** Rows run again while searching; past it, what was found so far is answered. */
const BUDGET_ROWS = 300_000;
const SEARCHABLE = /^(22|23|44|42501|P0|WR201)/;

/** Why a slice does not go through: an error, or rows the database passed over. */
type Fault = { readonly error: DatabaseError | null };
/** Runs some rows in a savepoint and takes them back. */
type Probe = (chunk: Chunk) => Promise<Fault | null>;

/**
 * Finds the rows behind a refused statement by running parts of it again, each rolled back. `failed` is the chunk's
 * place, null for a COMMIT that was refused (deferred constraints). Rejects when the connection is lost.
 */
export const locateErrors = async (
  client: pg.Client,
  context: CommitContext,
  failed: number | null,
  error: DatabaseError,
): Promise<Found> => {
  if (!SEARCHABLE.test(error.code ?? '')) return { conflicts: [], problems: [] };
  const chunks = chunksOf(context.groups);
  const before = failed === null ? [] : chunks.slice(0, failed);
  const suspects = failed === null ? chunks : chunks.slice(failed, failed + 1);
  const bad: { row: string; group: StatementGroup; fault: Fault; columns: readonly string[] }[] = [];
  await rehearse(client, context, before, async (probe) => {
    const spent = { rows: 0 };
    for (const chunk of suspects)
      for (const { place, fault } of await searchRows(probe, chunk, spent))
        if (bad.length < MAX_ROWS)
          bad.push({
            row: chunk.group.rows[place] ?? '',
            group: chunk.group,
            fault,
            columns: await columnsOfFault(probe, chunk.group, place, fault),
          });
  });
  const columns = new Map<string, readonly string[]>();
  for (const { fault } of [...bad, { fault: { error } }])
    if (fault.error?.constraint && !columns.has(fault.error.constraint))
      columns.set(fault.error.constraint, await constraintColumns(client, context, fault.error.constraint));
  const found: { conflicts: Conflict[]; problems: Problem[] } = { conflicts: [], problems: [] };
  for (const { row, group, fault, columns: tried } of bad) {
    const named = (fault.error?.constraint && columns.get(fault.error.constraint)) || [];
    const own = fault.error?.column ? [fault.error.column] : named.length ? named : tried;
    if (fault.error?.code === '23505' && group.kind === 'insert' && sameSet(named, context.definition.key))
      found.conflicts.push({ row, kind: 'exists' });
    for (const column of own.length ? own : [undefined]) found.problems.push(problemOf(fault, row, column));
  }
  if (bad.length === 0) {
    const named = error.constraint ? (columns.get(error.constraint) ?? []) : [];
    found.problems.push(
      problemOf({ error }, undefined, error.column ?? (named.length === 1 ? named[0] : undefined)),
    );
  }
  return found;
};

/** Rows of an insert that the database passed over without an error (a trigger that returns null). */
export const locatePassedOver = async (
  client: pg.Client,
  context: CommitContext,
  failed: number,
): Promise<readonly Problem[]> => {
  const chunks = chunksOf(context.groups);
  const chunk = chunks[failed];
  if (!chunk) return [];
  const found: Problem[] = [];
  await rehearse(client, context, chunks.slice(0, failed), async (probe) => {
    for (const { place, fault } of await searchRows(probe, chunk, { rows: 0 }))
      found.push(problemOf(fault, chunk.group.rows[place], undefined));
  });
  return found;
};

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));

const problemOf = (fault: Fault, row: string | undefined, column: string | undefined): Problem => {
  const place = { ...(row === undefined ? {} : { row }), ...(column === undefined ? {} : { column }) };
  if (!fault.error)
    return {
      ...place,
      severity: 'block',
      code: 'row-refused',
      message: 'The database did not take this row: a row policy or a trigger refuses it.',
    };
  const { code, message } = mapError(fault.error, 'Writing');
  return { ...place, severity: 'block', code, message };
};

/** Opens a transaction with `before` run in it, lends a probe, and rolls everything back. */
const rehearse = async (
  client: pg.Client,
  context: CommitContext,
  before: readonly Chunk[],
  work: (probe: Probe) => Promise<void>,
): Promise<void> => {
  const opened = await sendBurst(client, [
    ...preamble(context),
    ...before.map((chunk) => chunkStatement(chunk)),
    { sql: 'savepoint writ_probe' },
  ]);
  try {
    // A rehearsal that fails earlier than the commit did can tell nothing about rows.
    if (opened.error === null) await work((chunk) => probe(client, chunk));
  } finally {
    await sendBurst(client, [{ sql: 'rollback' }]);
  }
};

const probe = async (client: pg.Client, chunk: Chunk): Promise<Fault | null> => {
  const statements: readonly BurstStatement[] = [
    { sql: 'rollback to savepoint writ_probe' },
    chunkStatement(chunk),
    { sql: 'set constraints all immediate' },
  ];
  const { answers, error } = await sendBurst(client, statements);
  if (error instanceof DatabaseError && SEARCHABLE.test(error.code ?? '')) return { error };
  if (error) throw error;
  return answers[1]?.count === chunk.end - chunk.start ? null : { error: null };
};

/** Bad rows of a chunk by halving. A fault that needs several rows together is told at the last of them. */
const searchRows = async (
  probe: Probe,
  chunk: Chunk,
  spent: { rows: number },
): Promise<readonly { place: number; fault: Fault }[]> => {
  const found: { place: number; fault: Fault }[] = [];
  const run = (start: number, end: number): Promise<Fault | null> => {
    spent.rows += end - start;
    return probe({ ...chunk, start, end });
  };
  const halve = async (start: number, end: number, fault: Fault): Promise<void> => {
    if (end - start === 1) {
      found.push({ place: start, fault });
      return;
    }
    const middle = (start + end) >> 1;
    let inHalf = false;
    for (const [from, to] of [[start, middle] as const, [middle, end] as const]) {
      if (found.length >= MAX_ROWS || spent.rows > BUDGET_ROWS) return;
      const half = await run(from, to);
      if (half) {
        inHalf = true;
        await halve(from, to, half);
      }
    }
    if (!inHalf) await lastOfPrefix(start, end, fault);
  };
  const lastOfPrefix = async (start: number, end: number, whole: Fault): Promise<void> => {
    let [good, bad, fault] = [start, end, whole];
    while (bad - good > 1 && spent.rows <= BUDGET_ROWS) {
      const middle = (good + bad) >> 1;
      const prefix = await run(start, middle);
      if (prefix) [bad, fault] = [middle, prefix];
      else good = middle;
    }
    if (bad - good === 1) found.push({ place: bad - 1, fault });
  };
  const whole = await run(chunk.start, chunk.end);
  if (whole) await halve(chunk.start, chunk.end, whole);
  return found;
};

/** Which cell of one row an error without a column is about: the one without whose change the error is another or none. */
const columnsOfFault = async (
  probe: Probe,
  group: StatementGroup,
  place: number,
  fault: Fault,
): Promise<readonly string[]> => {
  const { error } = fault;
  if (!error || error.column || error.constraint || error.code === '42501' || !group.after) return [];
  if (group.columns.length === 1) return group.columns.map(({ name }) => name);
  const offset = group.values.length - group.after.length;
  const guilty: string[] = [];
  for (const [c, column] of group.columns.entries()) {
    const values = group.values.map((each, i) => {
      const own = each[place] ?? null;
      if (i !== offset + c) return [own];
      return [group.before ? (group.before[c]?.[place] ?? null) : null];
    });
    const without = await probe({
      group: { ...group, values, rows: [group.rows[place] ?? ''] },
      start: 0,
      end: 1,
    });
    if (without?.error?.code !== error.code) guilty.push(column.name);
  }
  return guilty;
};

const constraintSql = `select a.attname from pg_catalog.pg_constraint c
join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
where c.conrelid = pg_catalog.to_regclass($1) and c.conname = $2
union
select a.attname from pg_catalog.pg_class i join pg_catalog.pg_index x on x.indexrelid = i.oid
join pg_catalog.pg_attribute a on a.attrelid = x.indrelid and a.attnum = any (x.indkey::int2[])
where x.indrelid = pg_catalog.to_regclass($1) and i.relname = $2`;

/** Columns a constraint or a unique index of the table is about. */
const constraintColumns = async (
  client: pg.Client,
  { definition }: CommitContext,
  constraint: string,
): Promise<readonly string[]> => {
  const { answers } = await sendBurst(client, [
    { sql: constraintSql, params: () => [tableSql(definition), constraint] },
  ]);
  const names = (answers[0]?.rows ?? []).flatMap(([name]) => (name ? [name] : []));
  return definition.columns.map(({ name }) => name).filter((name) => names.includes(name));
};
