import pg from 'pg';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { CommitPlan } from '../../../shared/plan/commit-plan.ts';
import type { BurstStatement } from './burst.ts';
import { CHUNK_ROWS, rowParams, type StatementGroup, sliceParams, tableSql } from './statements.ts';

/** One statement to run: rows `start`..`end` of a group. */
export interface Chunk {
  readonly group: StatementGroup;
  readonly start: number;
  readonly end: number;
}

/** Everything one batch runs with; `governed` tells whether schema `writ` takes part. */
export interface CommitContext {
  readonly plan: CommitPlan;
  readonly definition: SheetDefinition;
  readonly groups: readonly StatementGroup[];
  readonly version: string;
  readonly governed: boolean;
  /** What lets it write to a table under approval: an approved batch, or a rehearsal that cannot be committed. */
  readonly ticket?: 'approved' | 'rehearsal';
  /** Submits this payload for review before the statements, which then run in a savepoint. */
  readonly payload?: string;
}

const LOCK_TIMEOUT = '30s';
const STATEMENT_TIMEOUT = '15min';
/** Locks are held until COMMIT: a client that vanished without a word must not hold them long. */
const IDLE_TIMEOUT = '60s';

// FNV-1a. Two texts with one name only cost a new preparation, so it need not be more than quick.
const nameOf = (sql: string): string => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < sql.length; i++) hash = Math.imul(hash ^ sql.charCodeAt(i), 0x01000193);
  return `writ_${(hash >>> 0).toString(36)}_${sql.length}`;
};

/** Statements of one shape are prepared once a connection. */
export const named = (sql: string, params: () => readonly (string | null)[] = () => []): BurstStatement => ({
  sql,
  name: nameOf(sql),
  params,
});

const setSql = (name: string, value: string): string => `pg_catalog.set_config('${name}', ${value}, true)`;

const settings = [
  setSql('application_name', '$1'),
  setSql('writ.batch', '$2'),
  setSql(
    'synchronous_commit',
    "case when pg_catalog.current_setting('synchronous_commit') in ('off', 'local') then 'on' else pg_catalog.current_setting('synchronous_commit') end",
  ),
  setSql('lock_timeout', `'${LOCK_TIMEOUT}'`),
  setSql('statement_timeout', `'${STATEMENT_TIMEOUT}'`),
  setSql('idle_in_transaction_session_timeout', `'${IDLE_TIMEOUT}'`),
].join(',\n  ');

// With joins by hash a few thousand rows would make the planner read the whole table, in an order that can deadlock.
const indexPlanSql = `select ${['jit', 'enable_hashjoin', 'enable_mergejoin'].map((name) => setSql(name, "'off'")).join(', ')}`;

/** Statements with arrays take the key's index; a view may have none behind its key, so the planner keeps its choice there. */
const wantsIndexPlan = ({ plan, definition }: CommitContext): boolean =>
  plan.rows > 1 && (definition.sourceKind === 'table' || definition.sourceKind === 'partitioned-table');

// One statement for both: the batch takes its id from the settings, so those are made first.
const beginBatchSql = `select b.state, b.audited, pg_catalog.to_char(b.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
from (select ${settings}) s(application, batch), lateral writ.begin_batch(s.batch::uuid, $3, $4, $5::integer, $6::integer, $7) b`;

// After the writes, which hold the table: what the catalog says now is what they ran under. Names stand in the text, not
// in parameters, so that the plan is made once.
const proofSql = (
  definition: SheetDefinition,
  columns: readonly string[],
): string => `select pg_catalog.pg_current_xact_id()::text,
  pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')${columns
    .map(
      (name) => `,
  (select case when a.atttypmod <> -1 then a.atttypmod else (select t.typtypmod from pg_catalog.pg_type t where t.oid = a.atttypid) end
    from pg_catalog.pg_attribute a where a.attrelid = ${pg.escapeLiteral(tableSql(definition))}::pg_catalog.regclass and a.attname = ${pg.escapeLiteral(name)})`,
    )
    .join('')}`;

const proposeSql = `select writ.propose(s.batch::uuid, $3, $4, $5, $6) from (select ${settings}) s(application, batch)`;

/** How many statements of the preamble follow the one that takes the batch id. */
export const afterBatchId = ({ ticket }: CommitContext): number => (ticket ? 1 : 0);

/** BEGIN, settings, batch id, ticket: the first statements of every transaction that runs (or rehearses) a batch. */
export const preamble = (context: CommitContext): readonly BurstStatement[] => {
  const { plan, definition, version, governed, ticket, payload } = context;
  const statements = [named('begin isolation level read committed read write')];
  if (payload !== undefined)
    statements.push(
      named(proposeSql, () => [
        `Writ/${version} batch:${plan.batch}`.slice(0, 63),
        plan.batch,
        tableSql(definition),
        payload,
        plan.sha256,
        plan.note,
      ]),
      named('savepoint writ_rehearsal'),
    );
  if (wantsIndexPlan(context)) statements.push(named(indexPlanSql));
  const marks = [`Writ/${version} batch:${plan.batch}`.slice(0, 63), plan.batch];
  const counts = [String(plan.rows), String(plan.cells)];
  statements.push(
    governed
      ? named(beginBatchSql, () => [...marks, tableSql(definition), plan.sha256, ...counts, plan.note])
      : named(`select ${settings}`, () => marks),
  );
  if (ticket)
    statements.push(
      named('select writ.take_ticket($1::uuid, $2, $3::boolean)', () => [
        plan.batch,
        tableSql(definition),
        String(ticket === 'rehearsal'),
      ]),
    );
  return statements;
};

/** All chunks of a batch in the order they run. */
export const chunksOf = (groups: readonly StatementGroup[]): readonly Chunk[] =>
  groups.flatMap((group) =>
    Array.from({ length: Math.ceil(group.rows.length / CHUNK_ROWS) }, (_, i) => ({
      group,
      start: i * CHUNK_ROWS,
      end: Math.min((i + 1) * CHUNK_ROWS, group.rows.length),
    })),
  );

/** The statement of a chunk; `traced` answers the places of the rows it touched. */
export const chunkStatement = ({ group, start, end }: Chunk, traced = false): BurstStatement => {
  if (traced && group.tracedSql !== null) return named(group.tracedSql, () => sliceParams(group, start, end));
  if (end - start === 1) return named(group.oneSql, () => rowParams(group, start));
  return named(group.sql, () => sliceParams(group, start, end));
};

/** Reasons given for rows, recorded with the batch. */
export const reasonStatements = ({
  groups,
  definition,
  governed,
}: CommitContext): readonly BurstStatement[] =>
  governed
    ? groups.flatMap(({ rows, reasons }) => {
        if (!reasons) return [];
        const given = rows.flatMap((row, i) => (reasons[i] ? [{ row, reason: reasons[i] ?? '' }] : []));
        return [
          named(
            'select writ.give_reasons($1, array(select pg_catalog.json_array_elements_text($2::json)), array(select pg_catalog.json_array_elements_text($3::json)))',
            () => [
              tableSql(definition),
              JSON.stringify(given.map(({ row }) => row)),
              JSON.stringify(given.map(({ reason }) => reason)),
            ],
          ),
        ];
      })
    : [];

/** Ends the ticket: what was written is compared with what was submitted. */
export const ticketStatements = ({ ticket, plan }: CommitContext): readonly BurstStatement[] =>
  ticket ? [named('select writ.finish_ticket($1::uuid)', () => [plan.batch])] : [];

/** Columns written here whose scale decides whether a value would be rounded. */
const scaledColumns = (groups: readonly StatementGroup[]): readonly string[] => [
  ...new Set(
    groups.flatMap(({ columns, after }) =>
      after
        ? columns
            .filter(
              ({ type }) => type.kind === 'decimal' || type.kind === 'time' || type.kind === 'timestamp',
            )
            .map(({ name }) => name)
        : [],
    ),
  ),
];

/** The last statement before COMMIT: the transaction's proof, the time, and the columns' scales as they are. */
export const epilogue = ({ groups, definition }: CommitContext): BurstStatement =>
  named(proofSql(definition, scaledColumns(groups)));

/** Columns whose type now holds fewer digits than the sheet knows, by the answer to `epilogue`: a value may have been rounded. */
export const narrowedColumns = (
  { groups, definition }: CommitContext,
  modifiers: readonly (string | null)[],
): readonly string[] =>
  scaledColumns(groups).filter((name, i) => {
    const type = definition.columns.find((column) => column.name === name)?.type;
    const modifier = Number(modifiers[i] ?? -1);
    if (!type || modifier === -1) return false;
    if (type.kind === 'decimal') {
      // numeric.c: 11 bits of signed scale.
      const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
      return type.scale === undefined || scale < type.scale;
    }
    return (type.kind === 'time' || type.kind === 'timestamp') && modifier < type.digits;
  });
