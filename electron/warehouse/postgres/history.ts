import type { HistoryEntry } from '../../../shared/model/batch.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { HistoryRequest } from '../adapter.ts';
import type { Link, Parameter } from './connect.ts';
import { capabilitiesOf, governanceVersion, HISTORY_VERSION } from './outcome.ts';
import { tableSql } from './statements.ts';

const DOING = 'Reading the history';

/** Audited changes of a table, row or cell, newest first; only what the person may read now. Empty without schema `writ`. */
export const historyOf = async (
  link: Link,
  request: HistoryRequest,
): Promise<{ entries: readonly HistoryEntry[]; more: boolean; cursor: string | null }> => {
  const { governance } = await capabilitiesOf(link);
  if (governance === 'absent') return { entries: [], more: false, cursor: null };
  const params: Parameter[] = [tableSql(request.definition)];
  const bind = (value: string): string => `$${params.push(value)}`;
  const conditions = [
    'a.target = (select g.id from writ.governed g where g.relation = pg_catalog.to_regclass($1))',
  ];
  if (request.row !== undefined) conditions.push(`a.row_key = ${bind(request.row)}`);
  if (request.column !== undefined) conditions.push(`a.column_name = ${bind(request.column)}`);
  if (request.batch !== undefined) {
    const batch = bind(request.batch);
    conditions.push(`a.batch = ${batch}::uuid`);
    // Found by the numbers of its transaction, where the schema tells them.
    if ((await governanceVersion(link)) >= HISTORY_VERSION)
      conditions.push(
        `a.seq between (select min(b.first_seq) from writ.batch_changes(${batch}::uuid) b) and (select max(b.last_seq) from writ.batch_changes(${batch}::uuid) b)`,
      );
  }
  if (request.before !== undefined) conditions.push(`a.seq < ${bind(cursorOf(request.before))}::bigint`);
  // One more than asked tells whether there are older ones.
  const limit = bind(String(request.limit + 1));
  const { rows } = await link.query(
    `select a.seq, pg_catalog.to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.person, a.batch, a.row_key, a.kind,
  a.column_name, a.before, a.after, r.reason, a.application
from (select * from writ.audit a where ${conditions.join(' and ')} order by a.seq desc limit ${limit}::bigint) a
left join writ.reason r on r.batch = a.batch and r.target = a.target and r.row_key = a.row_key
order by a.seq desc`,
    params,
    DOING,
  );
  const page = rows.slice(0, request.limit);
  const more = rows.length > request.limit;
  return { entries: page.map(entryOf), more, cursor: more ? (page.at(-1)?.[0] ?? null) : null };
};

const cursorOf = (text: string): string => {
  if (!/^\d{1,18}$/.test(text))
    throw new AppError(
      'invalid',
      'cursor-invalid',
      'The place in the history is not one that was given out.',
    );
  return text;
};

const kinds: readonly HistoryEntry['kind'][] = ['update', 'insert', 'delete'];

const entryOf = (row: readonly (string | null)[]): HistoryEntry => {
  const [, at, person, batch, key, kind, column, before, after, reason, application] = row;
  return {
    at: at ?? '',
    person: person ?? '',
    batch: batch ?? null,
    row: key ?? '',
    kind: kinds.find((each) => each === kind) ?? 'update',
    column: column ?? null,
    before: before ?? null,
    after: after ?? null,
    reason: reason ?? null,
    // Writ's own name carries its version and the batch.
    application: application?.startsWith('Writ/') ? 'Writ' : (application ?? null),
  };
};
