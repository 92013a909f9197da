import type pg from 'pg';
import type { Tally } from './suite.ts';

/** One batch that appended an id to some rows, and what its author was told. */
export interface Attempt {
  readonly id: string;
  readonly rows: readonly string[];
  readonly committed: boolean;
}

/**
 * List-append checking (as Jepsen's elle does): every list is a history of its row. What was acknowledged is in all its
 * lists once, what was refused in none, two ids stand in one order wherever both are, and the audit tells the same history.
 */
export const checkAppends = async (
  admin: pg.Client,
  source: { readonly schema: string; readonly table: string },
  attempts: readonly Attempt[],
  tally: Tally,
): Promise<void> => {
  const table = `${source.schema}.${source.table}`;
  const { rows } = await admin.query<{ id: string; ids: string }>(`select id::text, ids from ${table}`);
  const lists = new Map(rows.map(({ id, ids }) => [id, ids.split(';').slice(0, -1)]));
  const countIn = (row: string, id: string): number =>
    (lists.get(row) ?? []).filter((each) => each === id).length;
  for (const { id, rows: touched, committed } of attempts) {
    const counts = touched.map((row) => countIn(row, id));
    if (counts.some((count) => count > 1)) tally.breach('doubled', `${id} is in a list twice`);
    if (committed && counts.includes(0))
      tally.breach('lost', `${id} was acknowledged and is in ${counts} of its rows`);
    if (!committed && counts.some((count) => count > 0))
      tally.breach('untrue', `${id} was refused and is in ${counts}`);
  }
  const known = new Set(attempts.map(({ id }) => id));
  for (const [row, list] of lists)
    for (const id of list)
      if (!known.has(id)) tally.breach('untrue', `row ${row} holds ${id}, which nobody wrote`);
  checkOrder(lists, tally);
  const audit = await admin.query<{ row_key: string; before: string | null; after: string | null }>(
    `select a.row_key, a.before, a.after from writ.audit a join writ.governed g on g.id = a.target
     where g.relation = '${table}'::regclass and a.kind = 'update' order by a.seq`,
  );
  const last = new Map<string, string | null>();
  for (const { row_key, before, after } of audit.rows) {
    if (before !== (last.get(row_key) ?? ''))
      tally.breach('lost', `the audit of ${row_key} does not go on from its last value`);
    last.set(row_key, after);
  }
  for (const [row, list] of lists)
    if ((last.get(JSON.stringify([row])) ?? '') !== list.map((id) => `${id};`).join(''))
      tally.breach('lost', `the audit of row ${row} ends with another value`);
};

const checkOrder = (lists: ReadonlyMap<string, readonly string[]>, tally: Tally): void => {
  const all = [...lists.values()].map((list) => new Map(list.map((id, place) => [id, place])));
  for (const [i, one] of all.entries())
    for (const other of all.slice(i + 1)) {
      const both = [...one.keys()].filter((id) => other.has(id));
      const places = both.map((id) => other.get(id) ?? 0);
      if (places.some((place, n) => n > 0 && place < (places[n - 1] ?? 0)))
        tally.breach('lost', 'two batches stand in different orders in two rows');
    }
};
