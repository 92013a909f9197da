import type pg from 'pg';
import { DatabaseError } from 'pg';
import type { CommitOutcome, Conflict, Problem } from '../../../shared/model/batch.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { CommitPlan } from '../../../shared/plan/commit-plan.ts';
import type { CommitOptions } from '../adapter.ts';
import { type BurstAnswer, sendBurst } from './burst.ts';
import { cancelStatement } from './cancel-statement.ts';
import {
  afterBatchId,
  type Chunk,
  type CommitContext,
  chunkStatement,
  chunksOf,
  epilogue,
  named,
  narrowedColumns,
  preamble,
  reasonStatements,
  ticketStatements,
} from './commit-transaction.ts';
import { explainMismatch } from './conflicts.ts';
import type { Link } from './connect.ts';
import { mapError } from './errors.ts';
import { locateErrors } from './locate.ts';
import { proofOf } from './outcome.ts';
import { groupsOf, lossesOfGroups } from './statements.ts';

const ATTEMPTS = 3;
/** A transaction of its own whose COMMIT flushes the log, and with it everything written before. */
const flushSql = `select pg_catalog.pg_logical_emit_message(true, 'writ', '')`;
const ERROR_RESPONSES_AFTER_WHICH_NOTHING_IS_WRITTEN = /^(0A|2[0-9D]|4[024]|42|44|57014|P0|WR)/;

const APPROVAL = /^WR1/;

/** How one try to commit ended; only `committed` and `unknown` may have written anything. */
export type Attempt =
  | { readonly kind: 'committed'; readonly at: string; readonly audited: boolean }
  | { readonly kind: 'unknown'; readonly cause: AppError }
  | { readonly kind: 'stopped'; readonly cause: AppError }
  /** A statement, or the COMMIT (chunk null), was refused. */
  | { readonly kind: 'refused'; readonly error: DatabaseError; readonly chunk: number | null }
  | { readonly kind: 'short'; readonly chunk: number }
  /** Schema writ is absent here, or not for this person. */
  | { readonly kind: 'ungoverned' };

/** Why nothing was written, with what is known of rows and cells. */
export interface Refusal {
  readonly failure: AppError;
  readonly conflicts: readonly Conflict[];
  readonly problems: readonly Problem[];
}

const nothing = (failure: AppError): Refusal => ({ failure, conflicts: [], problems: [] });

/**
 * Runs a plan as one transaction of the connected person: batch id first, all statements in one burst, row counts
 * checked, then COMMIT and its tag. Never throws for an outcome; `unknown` only after COMMIT was sent.
 */
export const commitPlan = async (
  link: Link,
  plan: CommitPlan,
  definition: SheetDefinition,
  options: CommitOptions = {},
): Promise<CommitOutcome> => {
  const { batch } = plan;
  const doing = `Writing "${definition.source.schema}"."${definition.source.table}"`;
  const sent = { commit: false };
  const refuse = ({ failure, conflicts, problems }: Refusal): CommitOutcome => ({
    kind: 'not-committed',
    batch,
    failure: failure.toFailure(),
    conflicts: [...conflicts],
    problems: [...problems],
  });
  try {
    const groups = groupsOf(plan, definition);
    const problems = lossesOfGroups(groups);
    if (problems.length) return refuse({ failure: unfit(doing, problems.length), conflicts: [], problems });
    let context: CommitContext = {
      plan,
      definition,
      groups,
      version: link.options.version,
      governed: true,
      ...(options.approved ? { ticket: 'approved' } : {}),
    };
    for (let tries = 1; ; tries++) {
      const attempt = await link.exclusive(
        (client) => attemptCommit(link, client, context, options, doing, sent),
        doing,
      );
      if (attempt.kind === 'committed')
        return {
          kind: 'committed',
          batch,
          rows: plan.rows,
          cells: plan.cells,
          at: attempt.at,
          audited: attempt.audited,
        };
      if (attempt.kind === 'unknown') return { kind: 'unknown', batch, failure: attempt.cause.toFailure() };
      if (attempt.kind === 'stopped') return refuse(nothing(attempt.cause));
      if (attempt.kind === 'ungoverned' && options.approved) return refuse(nothing(changing(doing)));
      if (attempt.kind === 'ungoverned') {
        context = { ...context, governed: false };
        continue;
      }
      const refusal = await explain(link, context, attempt, options, doing);
      // Deadlocks, and rows that match again, are worth another try: nothing was written.
      if (refusal && (tries >= ATTEMPTS || !transient(attempt))) return refuse(refusal);
      if (tries >= ATTEMPTS) return refuse(nothing(changing(doing)));
    }
  } catch (error) {
    if (sent.commit) return { kind: 'unknown', batch, failure: lost(doing, error).toFailure() };
    return refuse(nothing(mapError(error, doing)));
  }
};

/** Values that the columns cannot hold as they are. */
export const unfit = (doing: string, count: number): AppError =>
  new AppError(
    'invalid',
    'value-invalid',
    `${doing} failed. ${count === 1 ? 'A value does' : `${count} values do`} not fit. Nothing was written.`,
  );

const changing = (doing: string): AppError =>
  new AppError(
    'conflict',
    'rows-changing',
    `${doing} failed. The rows keep changing. Nothing was written; try again.`,
  );

/** Nothing was written, and the same may go through now. */
export const transient = (attempt: Attempt): boolean =>
  attempt.kind === 'refused' && (attempt.error.code === '40P01' || attempt.error.code === '40001');

/** Finds out what a refused or short try is to be told as; null when the rows match again. */
export const explain = async (
  link: Link,
  tried: CommitContext,
  attempt: Extract<Attempt, { kind: 'refused' | 'short' }>,
  options: CommitOptions,
  doing: string,
): Promise<Refusal | null> => {
  const { payload: _, ...context }: CommitContext = tried.ticket ? { ...tried, ticket: 'rehearsal' } : tried;
  if (attempt.kind === 'refused') {
    const failure = mapError(attempt.error, doing);
    if (options.signal?.aborted) return nothing(failure);
    const found = await link.exclusive(
      (client) => locateErrors(client, context, attempt.chunk, attempt.error),
      doing,
    );
    return { failure, ...found };
  }
  const found = await link.exclusive((client) => explainMismatch(client, context), doing);
  if (!found) return null;
  const rows = new Set([...found.conflicts.map(({ row }) => row), ...found.problems.map(({ row }) => row)])
    .size;
  const refused = found.conflicts.length === 0;
  const subject = rows === 1 ? 'One row' : `${rows} rows`;
  const failure = refused
    ? new AppError(
        'denied',
        'row-refused',
        `${doing} failed. The database did not take ${rows === 1 ? 'one row' : subject}: a row policy or a trigger refuses it. Nothing was written.`,
      )
    : new AppError(
        'conflict',
        'rows-changed',
        `${doing} failed. ${subject} changed in the meantime. Nothing was written; compare and decide.`,
      );
  return { failure, ...found };
};

/** Runs the whole transaction on one connection. On every way out but `committed` and `unknown` it is rolled back. */
const attemptCommit = async (
  link: Link,
  client: pg.Client,
  context: CommitContext,
  options: CommitOptions,
  doing: string,
  sent: { commit: boolean },
): Promise<Attempt> => {
  if (options.signal?.aborted) return { kind: 'stopped', cause: cancelled(doing) };
  const abort = () => void cancelStatement(link, client);
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await options.onStep?.('begun');
    const written = await write(client, context, options, doing);
    if (written.kind !== 'written') {
      await rollback(client);
      return options.signal?.aborted && written.kind === 'refused'
        ? { kind: 'stopped', cause: cancelled(doing) }
        : written;
    }
    await options.onStep?.('written');
    // A transaction id that only memory knows is given out again after a crash, and would then prove another's COMMIT.
    if (!context.governed) await link.query(flushSql, [], doing);
    options.onProof?.(proofOf(written.proof, context.governed));
    await options.onStep?.('committing');
    if (options.signal?.aborted) {
      await rollback(client);
      return { kind: 'stopped', cause: cancelled(doing) };
    }
    // From here on a cancel could only blur the outcome.
    options.signal?.removeEventListener('abort', abort);
    sent.commit = true;
    const ended = ending(await sendBurst(client, [named('commit')]), doing);
    if (ended !== null) {
      // A refused COMMIT is an answer: nothing was written.
      sent.commit = ended.kind === 'unknown';
      return ended;
    }
    await options.onStep?.('committed');
    return { kind: 'committed', at: written.at, audited: written.audited };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
};

/** Null when COMMIT did commit; an answer other than that tag, or one that says nothing about it, is told apart. */
export const ending = ({ answers, error }: BurstAnswer, doing: string): Attempt | null => {
  const tag = answers[0]?.tag;
  if (tag === 'COMMIT') return null;
  if (tag !== undefined)
    return {
      kind: 'stopped',
      cause: new AppError(
        'conflict',
        'rolled-back',
        `${doing} failed. The database rolled the transaction back. Nothing was written; try again.`,
      ),
    };
  if (error instanceof DatabaseError && APPROVAL.test(error.code ?? ''))
    return { kind: 'stopped', cause: mapError(error, doing) };
  if (error instanceof DatabaseError && ERROR_RESPONSES_AFTER_WHICH_NOTHING_IS_WRITTEN.test(error.code ?? ''))
    return { kind: 'refused', error, chunk: null };
  return { kind: 'unknown', cause: lost(doing, error) };
};

const lost = (doing: string, cause: unknown): AppError =>
  new AppError(
    'unavailable',
    'outcome-unknown',
    `${doing}: the connection was lost while the changes were being committed. Whether they were is looked up by the batch id.`,
    { cause },
  );

type Written = {
  readonly kind: 'written';
  readonly proof: string;
  readonly at: string;
  readonly audited: boolean;
};

/** Everything before COMMIT, in one burst. */
export const write = async (
  client: pg.Client,
  context: CommitContext,
  options: CommitOptions,
  doing: string,
): Promise<Written | Attempt> => {
  const head = preamble(context);
  const chunks = chunksOf(context.groups);
  const statements = [
    ...head,
    ...chunks.map((chunk) => chunkStatement(chunk)),
    ...reasonStatements(context),
    ...ticketStatements(context),
    epilogue(context),
  ];
  const { answers, error } = await sendBurst(client, statements, (done) => {
    const chunk = chunks[done - head.length - 1];
    if (chunk) options.onProgress?.(rowsBefore(chunks, done - head.length), context.plan.rows);
  });
  const batchAt = head.length - 1 - afterBatchId(context);
  const begun = context.governed ? answers[batchAt]?.rows[0] : undefined;
  if (begun?.[0] === 'committed') return { kind: 'committed', at: begun[2] ?? '', audited: begun[1] === 't' };
  // An earlier statement that fell short explains a later one's failure better than that failure does.
  const short = chunks.findIndex(({ start, end }, i) => {
    const answer = answers[head.length + i];
    return answer !== undefined && answer.count !== end - start;
  });
  if (short >= 0) return { kind: 'short', chunk: short };
  if (error) return stoppedBy(error, answers.length, { head: head.length, batchAt }, context, doing);
  const [proof, at, ...modifiers] = answers.at(-1)?.rows[0] ?? [];
  const narrowed = narrowedColumns(context, modifiers);
  if (narrowed.length) return { kind: 'stopped', cause: outdated(doing, narrowed) };
  return { kind: 'written', proof: proof ?? '', at: at ?? '', audited: begun?.[1] === 't' };
};

const rowsBefore = (chunks: readonly Chunk[], count: number): number =>
  chunks.slice(0, count).reduce((sum, { start, end }) => sum + end - start, 0);

const stoppedBy = (
  error: Error,
  index: number,
  { head, batchAt }: { readonly head: number; readonly batchAt: number },
  context: CommitContext,
  doing: string,
): Attempt => {
  if (!(error instanceof DatabaseError) || /^(08|57P|58|53|XX)/.test(error.code ?? ''))
    return { kind: 'stopped', cause: mapError(error, doing) };
  // What approval refuses is told by its code; no row is to blame.
  if (APPROVAL.test(error.code ?? '')) return { kind: 'stopped', cause: mapError(error, doing) };
  const atBatch = context.governed && index === batchAt;
  if (atBatch && ['3F000', '42883', '42501'].includes(error.code ?? '')) return { kind: 'ungoverned' };
  if (atBatch && error.code === 'WR001')
    return {
      kind: 'stopped',
      cause: new AppError(
        'conflict',
        'batch-id-taken',
        `${doing} failed. This batch id names another batch. Nothing was written.`,
        { cause: error },
      ),
    };
  // The same batch is being committed elsewhere right now: saying "not committed" could turn out untrue.
  if (atBatch && error.code === '55P03')
    return {
      kind: 'unknown',
      cause: new AppError(
        'unavailable',
        'batch-in-progress',
        `${doing}: the same batch is still being committed. Its outcome is looked up by the batch id.`,
        { cause: error },
      ),
    };
  if (index < head) return { kind: 'stopped', cause: mapError(error, doing) };
  return { kind: 'refused', error, chunk: index - head };
};

const outdated = (doing: string, columns: readonly string[]): AppError =>
  new AppError(
    'conflict',
    'definition-outdated',
    `${doing} failed. ${columns.map((name) => `"${name}"`).join(', ')} now holds fewer digits than the sheet knows. Nothing was written; open the sheet again.`,
    { details: { columns } },
  );

const cancelled = (doing: string): AppError =>
  new AppError('cancelled', 'cancelled', `${doing} was cancelled. Nothing was written.`);

const rollback = async (client: pg.Client): Promise<void> => {
  await sendBurst(client, [named('rollback')]);
};
