import type pg from 'pg';
import { type ColumnFact, type RelationFact, records, relationFact } from './catalog-facts.ts';

/** A table and the name under which each of its columns appears in what the person opened. */
export interface BaseTable {
  readonly fact: RelationFact;
  /** Column of the table -> column of the opened relation. */
  readonly shownAs: ReadonlyMap<string, string>;
}

/** The opened relation with the rights and rules it inherits, and the one table under it (itself for a table). */
export interface Opened {
  readonly fact: RelationFact;
  readonly base: BaseTable | null;
  /** A trigger of a view does the writing, with rights of its own. */
  readonly byTrigger?: boolean;
}

const MAX_DEPTH = 8;

/** Follows an updatable view down to its one table, keeping at each level the rights of the role that counts there. */
export const openRelation = async (client: pg.Client, fact: RelationFact, depth = 0): Promise<Opened> => {
  if (fact.kind !== 'v')
    return { fact, base: { fact, shownAs: new Map(fact.columns.map(({ name }) => [name, name])) } };
  const { insert, update, delete: remove } = fact.writes;
  if (depth === MAX_DEPTH || !(insert || update || remove)) return { fact, base: null };
  const [rule] = await records(
    client,
    `select ev_action::text as action,
            (select coalesce(bit_or(t.tgtype::int), 0) from pg_trigger t
              where t.tgrelid = ev_class and t.tgtype & 64 <> 0 and t.tgenabled in ('O', 'A')) as instead
       from pg_rewrite where ev_class = $1::oid and rulename = '_RETURN'`,
    [fact.oid],
  );
  const origins = targetOrigins(rule?.action ?? '');
  const tables = new Set([...origins.values()].map((origin) => origin.table));
  const [table] = tables;
  // Columns of two tables: an INSTEAD OF trigger writes them, and no key can be traced.
  if (table === undefined || tables.size !== 1) return { fact, base: null };
  const role = fact.invoker ? fact.role : fact.owner;
  const under = await relationFact(client, { oid: table, role });
  if (!under) return { fact, base: null };
  const below = await openRelation(client, under, depth + 1);
  const columnAt = new Map(below.fact.columns.map((column) => [column.attnum, column]));
  // A trigger does the writing with rights of its own, so for its events the table's say nothing (pg_trigger.h).
  const events = Number(rule?.instead);
  const byTrigger = { insert: (events & 4) !== 0, delete: (events & 8) !== 0, update: (events & 16) !== 0 };
  const columns = fact.columns.map((column): ColumnFact => {
    const origin = origins.get(column.attnum);
    const source = origin ? columnAt.get(origin.column) : undefined;
    return source ? inherit(column, source, byTrigger) : column;
  });
  const merged: RelationFact = {
    ...fact,
    columns,
    deletable: fact.deletable && (byTrigger.delete || (below.fact.deletable && below.fact.writes.delete)),
  };
  if (!below.base) return { fact: merged, base: null };
  const nameAt = new Map(
    [...origins].flatMap(([attnum, origin]) => {
      const shown = fact.columns.find((column) => column.attnum === attnum);
      const source = columnAt.get(origin.column);
      return shown && source ? [[source.name, shown.name] as const] : [];
    }),
  );
  const shownAs = new Map(
    [...below.base.shownAs].flatMap(([column, name]) => {
      const shown = nameAt.get(name);
      return shown === undefined ? [] : [[column, shown] as const];
    }),
  );
  return {
    fact: merged,
    base: { fact: below.base.fact, shownAs },
    byTrigger: events !== 0 || below.byTrigger === true,
  };
};

const inherit = (
  column: ColumnFact,
  source: ColumnFact,
  byTrigger: { readonly insert: boolean; readonly update: boolean },
): ColumnFact => ({
  ...column,
  notNull: column.notNull || source.notNull,
  defaultSql: column.defaultSql ?? source.defaultSql,
  identity: source.identity,
  generated: source.generated,
  comment: column.comment ?? source.comment,
  bytes: source.bytes,
  insert: column.insert && (byTrigger.insert || source.insert),
  update: column.update && (byTrigger.update || source.update),
});

/**
 * Where each column of a view comes from, by number, read from its stored query tree (`resorigtbl`, `resorigcol`:
 * primnodes.h). Only entries of the outermost query count; calculated columns have no origin and are left out.
 */
export const targetOrigins = (tree: string): ReadonlyMap<number, { table: string; column: number }> => {
  const origins = new Map<number, { table: string; column: number }>();
  let depth = 0;
  let entryAt = -1;
  for (let i = 0; i < tree.length; i++) {
    const char = tree[i];
    if (char === '\\') i++;
    else if (char === '{') {
      depth++;
      if (depth === 2 && tree.startsWith('{TARGETENTRY', i)) entryAt = i;
    } else if (char === '}') {
      if (depth === 2 && entryAt >= 0) {
        const tail =
          /:resno (\d+) :resname (?:\\[\s\S]|[^\\\s])+ :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (-?\d+) :resjunk false$/.exec(
            tree.slice(entryAt, i),
          );
        if (tail?.[1] && tail[2] && tail[2] !== '0')
          origins.set(Number(tail[1]), { table: tail[2], column: Number(tail[3]) });
        entryAt = -1;
      }
      depth--;
    }
  }
  return origins;
};
