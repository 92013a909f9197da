import type pg from 'pg';
import type { Conflict, Problem } from '../../../shared/model/batch.ts';
import type { Values } from '../../../shared/plan/commit-plan.ts';
import { sendBurst } from './burst.ts';
import { type Chunk, type CommitContext, chunkStatement, chunksOf, preamble } from './commit-transaction.ts';
import { type Found, locatePassedOver } from './locate.ts';
import { quote } from './statement-types.ts';
import { arrayLiteral } from './statement-values.ts';
import { castSql, columnsOf, sidesOf, slots, tableSql, valuesSql } from './statements.ts';

const MAX_ROWS = 1_000;

/**
 * Why statements touched fewer rows than planned: the batch is run again, each statement telling its rows, and rolled
 * back; the rows it missed are read and compared. Null when now every row matches (try again). Rejects with the driver's error.
 */
export const explainMismatch = async (client: pg.Client, context: CommitContext): Promise<Found | null> => {
  const chunks = chunksOf(context.groups);
  const missed = await missedRows(client, context, chunks);
  const found: { conflicts: Conflict[]; problems: Problem[] } = { conflicts: [], problems: [] };
  for (const { chunk, places, index } of missed) {
    if (chunk.group.kind === 'insert')
      found.problems.push(...(await locatePassedOver(client, context, index)));
    else {
      const theirs = await compare(client, context, chunk, places.slice(0, MAX_ROWS));
      found.conflicts.push(...theirs.conflicts);
      found.problems.push(...theirs.problems);
    }
    if (found.conflicts.length >= MAX_ROWS) break;
  }
  return found.conflicts.length + found.problems.length > 0 ? found : null;
};

interface Missed {
  readonly chunk: Chunk;
  readonly index: number;
  /** Places in the group of the rows the statement did not touch. */
  readonly places: readonly number[];
}

const missedRows = async (
  client: pg.Client,
  context: CommitContext,
  chunks: readonly Chunk[],
): Promise<readonly Missed[]> => {
  const head = preamble(context);
  const { answers, error } = await sendBurst(client, [
    ...head,
    ...chunks.map((chunk) => chunkStatement(chunk, true)),
  ]);
  await sendBurst(client, [{ sql: 'rollback' }]);
  // A server error after rows were missed changes nothing about those rows; a lost connection leaves none to compare with.
  if (error && answers.length < head.length) throw error;
  return chunks.flatMap((chunk, index) => {
    const answer = answers[head.length + index];
    if (!answer || answer.count === chunk.end - chunk.start) return [];
    const touched = new Set(answer.rows.map(([place]) => Number(place) - 1 + chunk.start));
    const all = Array.from({ length: chunk.end - chunk.start }, (_, i) => chunk.start + i);
    return [{ chunk, index, places: all.filter((place) => !touched.has(place)) }];
  });
};

const pick = (values: Values, places: readonly number[]): string => {
  const picked = places.map((place) => values[place] ?? null);
  return arrayLiteral(picked, 0, picked.length);
};

/** Reads rows by their keys and compares what each cell was based on with what the database holds, by the column's type. */
const compare = async (
  client: pg.Client,
  { definition }: CommitContext,
  { group }: Chunk,
  places: readonly number[],
): Promise<Found> => {
  const before = group.before ?? [];
  const keys = slots('k', columnsOf(definition, definition.key));
  const cells = slots('b', group.columns);
  const read = cells.map(
    (slot) => `, t.${quote(slot.column.name)}::text, ${sidesOf(slot).join(' is distinct from ')}`,
  );
  const sql = `select v.i, ${keys.map(({ column }) => `t.${quote(column.name)} is null`).join(' or ')}${read.join('')}
from ${valuesSql([...keys, ...cells], true)}
left join ${tableSql(definition)} as t on ${keys.map((slot) => `t.${quote(slot.column.name)} = ${castSql(slot)}`).join(' and ')}
order by v.i`;
  const { answers, error } = await sendBurst(client, [
    { sql, params: () => [...group.keys, ...before].map((values) => pick(values, places)) },
  ]);
  if (error) throw error;
  const found: { conflicts: Conflict[]; problems: Problem[] } = { conflicts: [], problems: [] };
  for (const [i, missing, ...read] of answers[0]?.rows ?? []) {
    const place = places[Number(i) - 1] ?? 0;
    const row = group.rows[place] ?? '';
    if (missing === 't') {
      found.conflicts.push({ row, kind: 'missing' });
      continue;
    }
    const changed = cells.flatMap(({ column }, c): Conflict[] =>
      read[2 * c + 1] === 't'
        ? [
            {
              row,
              kind: 'changed',
              column: column.name,
              base: before[c]?.[place] ?? null,
              ...(group.after ? { mine: group.after[c]?.[place] ?? null } : {}),
              theirs: read[2 * c] ?? null,
            },
          ]
        : [],
    );
    found.conflicts.push(...changed);
    if (changed.length === 0)
      found.problems.push({
        row,
        severity: 'block',
        code: 'row-refused',
        message: 'The database did not take this row: a row policy or a trigger refuses it.',
      });
  }
  return found;
};
