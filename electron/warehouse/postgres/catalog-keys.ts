import type pg from 'pg';
import { records } from './catalog-facts.ts';

/** The columns that identify a row, or why there are none. */
export interface KeyFact {
  readonly columns: readonly string[];
  readonly reason?: string;
  /** Columns that are unique each on its own, the key's aside. */
  readonly unique?: readonly string[];
}

interface Candidate {
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
  readonly nullable: readonly string[];
  readonly partial: boolean;
  readonly expression: boolean;
  readonly immediate: boolean;
  readonly bytes: number;
}

const UNIQUE_INDEXES = `
  select i.relname as name, x.indisprimary as primary, x.indpred is not null as partial,
         x.indexprs is not null as expression, x.indimmediate as immediate,
         json_agg(a.attname::text order by k.place) filter (where a.attname is not null)::text as columns,
         coalesce(json_agg(a.attname::text order by k.place) filter (where not a.attnotnull), '[]')::text as nullable,
         coalesce(sum(case when a.attlen > 0 then a.attlen else 1000 end), 0) as bytes
    from pg_index x join pg_class i on i.oid = x.indexrelid
    cross join lateral generate_series(0, x.indnkeyatts - 1) as k(place)
    left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[k.place]
   where x.indrelid = $1::oid and x.indisunique and x.indisvalid
   group by 1, 2, 3, 4, 5`;

const columnsOf = (json: string | null | undefined): string[] => (json ? (JSON.parse(json) as string[]) : []);

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** The primary key, else the smallest unique index that holds for every row. `readable` tells which columns the person can see. */
export const tableKey = async (
  client: pg.Client,
  oid: string,
  readable: (column: string) => boolean,
): Promise<KeyFact> => {
  const rows = await records(client, UNIQUE_INDEXES, [oid]);
  const candidates = rows.map(
    (row): Candidate => ({
      name: row.name ?? '',
      primary: row.primary === 'true',
      partial: row.partial === 'true',
      expression: row.expression === 'true',
      immediate: row.immediate === 'true',
      columns: columnsOf(row.columns),
      nullable: columnsOf(row.nullable),
      bytes: Number(row.bytes),
    }),
  );
  const sound = candidates
    .filter((each) => !each.partial && !each.expression && (each.immediate || each.primary))
    .filter((each) => each.nullable.length === 0 && each.columns.length > 0)
    .sort(
      (a, b) =>
        Number(b.primary) - Number(a.primary) ||
        a.columns.length - b.columns.length ||
        a.bytes - b.bytes ||
        (a.name < b.name ? -1 : 1),
    );
  const unique = candidates.flatMap(({ primary, partial, expression, columns }) =>
    primary || partial || expression || columns.length !== 1 ? [] : columns,
  );
  const usable = sound.find((each) => each.columns.every(readable));
  if (usable)
    return {
      columns: usable.columns,
      unique: unique.filter((name) => usable.columns.length > 1 || name !== usable.columns[0]),
    };
  const unread = sound[0]?.columns.filter((column) => !readable(column)) ?? [];
  if (unread.length)
    return {
      columns: [],
      reason: `The key of this table includes ${quoted(unread)}, which this sign-in may not read. Rows can be read but not edited.`,
    };
  return { columns: [], reason: missingKey(candidates) };
};

const missingKey = (candidates: readonly Candidate[]): string => {
  const near = candidates.find((each) => each.columns.length > 0 && !each.partial && !each.expression);
  const why = !near
    ? ''
    : near.nullable.length
      ? ` Its unique index "${near.name}" allows empty values in ${quoted(near.nullable)}.`
      : ` Its unique constraint "${near.name}" is deferrable.`;
  return `This table has no primary key.${why} Rows can be read but not edited; a primary key would make them editable.`;
};
