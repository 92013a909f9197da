import type pg from 'pg';
import type { TableSummary } from '../../../shared/contract/operations.ts';
import { AppError } from '../../../shared/model/failure.ts';
import {
  type Column,
  type ColumnRule,
  type SheetDefinition,
  type Source,
  sheetDefinition,
} from '../../../shared/model/sheet.ts';
import { humanise } from '../../../shared/values/humanise.ts';
import type { Description } from '../adapter.ts';
import { type Constraints, constraintsOf } from './catalog-constraints.ts';
import { type ColumnFact, inCatalog, records, relationFact } from './catalog-facts.ts';
import { type KeyFact, tableKey } from './catalog-keys.ts';
import { columnTypeOf, formatOf, labelsOf } from './catalog-types.ts';
import { type BaseTable, openRelation } from './catalog-views.ts';
import { type CheckRules, rulesOfChecks } from './checks.ts';
import { canonical, simplify } from './checks-simplify.ts';
import { parseTree } from './checks-tree.ts';
import type { Link } from './connect.ts';
import { rightsOf } from './rights.ts';
import { policiesFor } from './row-policies.ts';

const KINDS: Readonly<Record<string, SheetDefinition['sourceKind']>> = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
};

const TABLES = `
  select n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class') as comment,
         case when c.relkind = 'p' then (
           select sum(l.reltuples)::bigint from pg_partition_tree(c.oid) p join pg_class l on l.oid = p.relid
            where p.isleaf having bool_and(l.reltuples >= 0)
         ) when c.relkind in ('v', 'f') or c.reltuples < 0 then null else c.reltuples::bigint end as estimate,
         (pg_relation_is_updatable(c.oid, true) & 28) <> 0 and not pg_is_in_recovery()
           and (has_table_privilege(c.oid, 'delete') or has_any_column_privilege(c.oid, 'insert, update'))
           and (c.relkind not in ('r', 'p') or exists (
             select from pg_index x where x.indrelid = c.oid and x.indisunique and x.indisvalid and x.indpred is null
                and x.indexprs is null and (x.indisprimary or x.indimmediate) and not exists (
                  select from pg_attribute a where a.attrelid = c.oid and not a.attnotnull
                     and a.attnum = any ((x.indkey::int2[])[0:x.indnkeyatts - 1])))) as writable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
     and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'writ') and n.nspname !~ '^pg_(toast|temp)'
     and has_schema_privilege(n.oid, 'usage') and has_any_column_privilege(c.oid, 'select')
     and not (c.relispartition and exists (
       select from pg_inherits i where i.inhrelid = c.oid and has_any_column_privilege(i.inhparent, 'select')))
   order by n.nspname, c.relname`;

/** Everything the person can read, in order of schema and name. One round trip of its own in a transaction. */
export const listTables = (link: Link): Promise<readonly TableSummary[]> =>
  link.exclusive(
    (client) =>
      inCatalog(client, async () =>
        (await records(client, TABLES, [])).map((row) => ({
          source: { schema: row.nspname ?? '', table: row.relname ?? '' },
          kind: KINDS[row.relkind ?? ''] ?? 'table',
          ...(row.comment ? { comment: row.comment } : {}),
          estimatedRows: row.estimate === null || row.estimate === undefined ? null : Number(row.estimate),
          writable: row.writable === 'true',
        })),
      ),
    'Reading the list of tables',
  );

/** A table or view as the catalog shows it to the person; AppError `conflict` when it is gone, `denied` when it is closed to them. */
export const describeTable = (link: Link, source: Source): Promise<Description> => {
  const doing = `Opening "${source.schema}"."${source.table}"`;
  return link.exclusive((client) => inCatalog(client, () => describe(client, source, doing)), doing);
};

const describe = async (client: pg.Client, source: Source, doing: string): Promise<Description> => {
  const found = await relationFact(client, source);
  const details = { schema: source.schema, table: source.table };
  if (!found)
    throw new AppError('conflict', 'table-missing', `${doing} failed. The table is gone or was renamed.`, {
      details,
    });
  if (!found.usage || !found.columns.some((column) => column.select))
    throw new AppError('denied', 'not-permitted', `${doing} failed. This sign-in may not read it.`, {
      details,
    });
  const opened = await openRelation(client, found);
  const { fact, base } = opened;
  const readable = new Set(fact.columns.flatMap((column) => (column.select ? [column.name] : [])));
  const key = await keyOf(client, fact.kind, base, readable);
  const constraints = base ? await constraintsOf(client, base.fact) : null;
  const policies = await policiesFor(client, opened);
  const shown = fact.columns.filter((column) => column.select);
  const rules = base && constraints ? rulesFor(shown, base, constraints) : null;
  const labels = labelsOf(shown.map(({ name }) => name));
  const baseOf = new Map([...(base?.shownAs ?? [])].map(([column, name]) => [name, column]));
  const columns = shown.map((column, i) =>
    describeColumn(column, labels[i] ?? column.name, {
      isUnique: key.unique?.includes(column.name) === true,
      isKey: key.columns.includes(column.name),
      calculated: fact.kind === 'v' && !baseOf.has(column.name) && key.columns.length > 0,
      lookup: constraints?.lookups.get(baseOf.get(column.name) ?? ''),
      rules: rules?.columns.get(column.name) ?? [],
    }),
  );
  const definition = sheetDefinition.parse({
    version: 1,
    id: [source.schema, source.table]
      .map((part) => part.replace(/[%./\\]/g, (char) => encodeURIComponent(char).replace('.', '%2E')))
      .join('.'),
    name: humanise(source.table),
    source: { schema: fact.schema, table: fact.table },
    sourceKind: KINDS[fact.kind] ?? 'table',
    ...(fact.comment ? { comment: fact.comment } : {}),
    key: [...key.columns],
    ...(key.columns.length || !key.reason ? {} : { keyReason: key.reason }),
    columns,
    rules: rules?.rows ?? [],
  });
  return { definition, rights: rightsOf(fact, key, policies) };
};

const keyOf = async (
  client: pg.Client,
  kind: string,
  base: BaseTable | null,
  readable: ReadonlySet<string>,
): Promise<KeyFact> => {
  if (kind === 'm')
    return {
      columns: [],
      reason: 'A materialized view is filled by the database; its rows can only be read.',
    };
  if (!base)
    return {
      columns: [],
      reason: 'Rows of this view cannot be traced to rows of one table, so they can be read but not edited.',
    };
  if (base.fact.kind === 'f')
    return {
      columns: [],
      reason: 'A foreign table declares no primary key here, so its rows can be read but not edited.',
    };
  if (base.fact.kind === 'm') return { columns: [], reason: 'This view reads a materialized view.' };
  const key = await tableKey(client, base.fact.oid, (column) => {
    const shown = base.shownAs.get(column);
    return kind === 'v' ? shown !== undefined && readable.has(shown) : readable.has(column);
  });
  if (key.columns.length)
    return {
      columns: key.columns.map((column) => base.shownAs.get(column) ?? column),
      unique: key.unique?.flatMap((column) => base.shownAs.get(column) ?? []) ?? [],
    };
  return kind === 'v'
    ? {
        columns: [],
        reason: `This view does not show a key of "${base.fact.table}", so its rows can be read but not edited.`,
      }
    : key;
};

const rulesFor = (shown: readonly ColumnFact[], base: BaseTable, constraints: Constraints): CheckRules => {
  const types = new Map(shown.map((column) => [column.name, columnTypeOf(column)]));
  const ofDomains = shown.flatMap((column) =>
    column.domains.flatMap((domain) =>
      (constraints.domains.get(domain) ?? []).map((check) => ({ ...check, column: column.name })),
    ),
  );
  return rulesOfChecks(
    [...ofDomains, ...constraints.table],
    (name) => types.get(name),
    (name) => {
      const named = base.shownAs.get(name);
      return named !== undefined && types.has(named) ? named : undefined;
    },
  );
};

interface Context {
  readonly isUnique: boolean;
  readonly isKey: boolean;
  readonly calculated: boolean;
  readonly lookup: Column['lookup'];
  readonly rules: readonly ColumnRule[];
}

const describeColumn = (column: ColumnFact, label: string, context: Context): Column => {
  const type = columnTypeOf(column);
  const format = formatOf(column.name, type, context.isKey || context.lookup !== undefined);
  const readOnly = readOnlyOf(column, context.calculated);
  const fixed = defaultOf(column);
  const required: ColumnRule[] =
    column.notNull && !readOnly ? [{ kind: 'required', severity: 'block', origin: 'warehouse' }] : [];
  const unique: ColumnRule[] =
    context.isUnique && !readOnly ? [{ kind: 'unique', severity: 'block', origin: 'warehouse' }] : [];
  return {
    name: column.name,
    label,
    type,
    sqlType: column.sqlType,
    ...(column.comment ? { help: column.comment } : {}),
    ...(format ? { format } : {}),
    ...(typeof fixed === 'string' ? { defaultValue: fixed } : {}),
    hasDefault: fixed !== null || column.identity !== null || column.generated,
    ...(readOnly ? { readOnly } : {}),
    rules: [
      ...required,
      ...context.rules.filter((rule) => rule.kind !== 'required' || !required.length),
      ...unique,
    ],
    ...(context.lookup ? { lookup: context.lookup } : {}),
  };
};

const readOnlyOf = (column: ColumnFact, calculated: boolean): Column['readOnly'] => {
  if (column.generated) return { cause: 'generated', reason: 'The database calculates this column.' };
  if (column.identity) return { cause: 'identity', reason: 'The database numbers the rows itself.' };
  return calculated ? { cause: 'view', reason: 'The view calculates this column.' } : undefined;
};

/** A constant default as canonical text; undefined when the database calculates one; null when there is none. */
const defaultOf = (column: ColumnFact): string | undefined | null => {
  if (column.defaultSql === null) return null;
  const tree = parseTree(column.defaultSql);
  const plain = tree && simplify(tree, () => undefined);
  if (plain?.kind !== 'constant') return undefined;
  if (plain.type === 'null') return null;
  return canonical(plain, columnTypeOf(column)) ?? undefined;
};
