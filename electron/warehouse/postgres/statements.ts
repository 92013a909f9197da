import type { Problem } from '../../../shared/model/batch.ts';
import { AppError } from '../../../shared/model/failure.ts';
import type { Column, SheetDefinition } from '../../../shared/model/sheet.ts';
import type {
  CommitPlan,
  DeleteGroup,
  InsertGroup,
  UpdateGroup,
  Values,
} from '../../../shared/plan/commit-plan.ts';
import { boundType, quote } from './statement-types.ts';
import { arrayLiteral, lossesOf } from './statement-values.ts';

/** Rows of one statement: the planner keeps to the key's index, and one message stays small. */
export const CHUNK_ROWS = 5_000;
const MAX_PROBLEMS = 100;

/** All rows that share one statement; the values are one text array a column. */
export interface StatementGroup {
  readonly kind: 'delete' | 'update' | 'insert';
  readonly sql: string;
  /** For a single row, whose values are bound one by one: its plan can be kept. */
  readonly oneSql: string;
  /** Like `sql`, answering the 1-based place of every row it touched; null for inserts. */
  readonly tracedSql: string | null;
  readonly columns: readonly Column[];
  readonly rows: readonly string[];
  readonly values: readonly Values[];
  /** Keys, and values by column: what conflicts are told from. */
  readonly keys: readonly Values[];
  readonly before: readonly Values[] | null;
  readonly after: readonly Values[] | null;
  readonly reasons: Values | null;
}

/** The parameters of rows `start`..`end` of a group, as arrays. */
export const sliceParams = (group: StatementGroup, start: number, end: number): readonly string[] =>
  group.values.map((values) => arrayLiteral(values, start, end));

/** The parameters of one row of a group, for `oneSql`. */
export const rowParams = (group: StatementGroup, place: number): readonly (string | null)[] =>
  group.values.map((values) => values[place] ?? null);

/** One value of a row in a statement: `ref` is how the statement names it. */
export interface Slot {
  readonly name: string;
  readonly ref: string;
  readonly column: Column;
}

/** Slots of some columns as columns of `v`, named `k0`, `k1`... */
export const slots = (prefix: string, columns: readonly Column[]): readonly Slot[] =>
  columns.map((column, i) => ({ name: `${prefix}${i}`, ref: `v.${prefix}${i}`, column }));

const asParams = (all: readonly (readonly Slot[])[]): readonly (readonly Slot[])[] => {
  let number = 0;
  return all.map((each) =>
    each.map((slot) => ({ ...slot, ref: `$${++number}::${boundType(slot.column).bound}` })),
  );
};

/** `unnest($1::numeric[], ...) as v(k0, ...)`: rows in the order they were given. */
export const valuesSql = (all: readonly Slot[], ordinality: boolean): string => {
  const arrays = all.map(({ column }, i) => `$${i + 1}::${boundType(column).bound}[]`).join(', ');
  const names = [...all.map(({ name }) => name), ...(ordinality ? ['i'] : [])].join(', ');
  return `unnest(${arrays})${ordinality ? ' with ordinality' : ''} as v(${names})`;
};

/** The value of a slot as its column's type. */
export const castSql = ({ ref, column }: Slot): string => {
  const { bound, base } = boundType(column);
  return bound === base ? ref : `${ref}::${base}`;
};

/** The column and the value of a slot as two sides of a comparison that takes any difference for one. */
export const sidesOf = ({ ref, column }: Slot): readonly [string, string] => {
  const own = `t.${quote(column.name)}`;
  const { bound, comparable } = boundType(column);
  if (!comparable) return [`${own}::text`, ref];
  // A collation may hold different texts for equal.
  return [bound === 'text' ? `${own} collate "C"` : own, ref];
};

/** The rows a group names: key and, null-safe, what was there before. */
const whereSql = (keys: readonly Slot[], before: readonly Slot[]): string =>
  [
    ...keys.map((slot) => `t.${quote(slot.column.name)} = ${castSql(slot)}`),
    ...before.map((slot) => sidesOf(slot).join(' is not distinct from ')),
  ].join('\n  and ');

/** The table's name for a statement. */
export const tableSql = (definition: SheetDefinition): string =>
  `${quote(definition.source.schema)}.${quote(definition.source.table)}`;

/** Columns of the definition by name; throws AppError `conflict` for a name it does not have. */
export const columnsOf = (definition: SheetDefinition, names: readonly string[]): readonly Column[] =>
  names.map((name) => {
    const column = definition.columns.find((each) => each.name === name);
    if (!column)
      throw new AppError(
        'conflict',
        'column-missing',
        `The column "${name}" is gone. Open the sheet again.`,
        {
          details: { column: name },
        },
      );
    return column;
  });

const updateOf = (
  definition: SheetDefinition,
  group: UpdateGroup,
  keyColumns: readonly Column[],
): StatementGroup => {
  const columns = columnsOf(definition, group.columns);
  const all = [slots('k', keyColumns), slots('b', columns), slots('a', columns)];
  const sql = ([keys = [], before = [], after = []]: readonly (readonly Slot[])[], from: string): string =>
    `update ${tableSql(definition)} as t set ${after.map((slot) => `${quote(slot.column.name)} = ${castSql(slot)}`).join(', ')}${from}\nwhere ${whereSql(keys, before)}`;
  return {
    kind: 'update',
    sql: sql(all, `\nfrom ${valuesSql(all.flat(), false)}`),
    oneSql: sql(asParams(all), ''),
    tracedSql: `${sql(all, `\nfrom ${valuesSql(all.flat(), true)}`)}\nreturning v.i`,
    columns,
    rows: group.rows,
    values: [...group.keys, ...group.before, ...group.after],
    keys: group.keys,
    before: group.before,
    after: group.after,
    reasons: group.reasons,
  };
};

const deleteOf = (
  definition: SheetDefinition,
  group: DeleteGroup,
  keyColumns: readonly Column[],
): StatementGroup => {
  const columns = columnsOf(definition, group.columns);
  const all = [slots('k', keyColumns), slots('b', columns)];
  const sql = ([keys = [], before = []]: readonly (readonly Slot[])[], using: string): string =>
    `delete from ${tableSql(definition)} as t${using}\nwhere ${whereSql(keys, before)}`;
  return {
    kind: 'delete',
    sql: sql(all, `\nusing ${valuesSql(all.flat(), false)}`),
    oneSql: sql(asParams(all), ''),
    tracedSql: `${sql(all, `\nusing ${valuesSql(all.flat(), true)}`)}\nreturning v.i`,
    columns,
    rows: group.rows,
    values: [...group.keys, ...group.before],
    keys: group.keys,
    before: group.before,
    after: null,
    reasons: null,
  };
};

const insertOf = (definition: SheetDefinition, group: InsertGroup): StatementGroup => {
  const columns = columnsOf(definition, group.columns);
  const all = slots('a', columns);
  const names = columns.map(({ name }) => quote(name)).join(', ');
  const sql = (after: readonly Slot[], from: string): string =>
    `insert into ${tableSql(definition)} (${names})\nselect ${after.map(castSql).join(', ')}${from}`;
  // Rows without any value still need one array, to tell how many there are.
  const bare = `insert into ${tableSql(definition)}\nselect from unnest($1::text[])`;
  const some = columns.length > 0;
  return {
    kind: 'insert',
    sql: some ? sql(all, ` from ${valuesSql(all, false)}`) : bare,
    oneSql: some
      ? sql(asParams([all])[0] ?? [], '')
      : `${bare.slice(0, bare.indexOf('select'))}select where $1::text is not null`,
    tracedSql: null,
    columns,
    rows: group.rows,
    values: some ? group.values : [group.rows],
    keys: [],
    before: null,
    after: group.values,
    reasons: null,
  };
};

/** What a plan runs: deletes, updates, inserts; identifiers quoted, values only bound. Throws AppError `conflict` or `invalid`. */
export const groupsOf = (plan: CommitPlan, definition: SheetDefinition): readonly StatementGroup[] => {
  if (definition.key.length === 0 && plan.deletes.length + plan.updates.length > 0)
    throw new AppError('invalid', 'no-key', 'The table has no key, so its rows cannot be changed.');
  const keyColumns = columnsOf(definition, plan.keyColumns);
  return [
    ...plan.deletes.map((group) => deleteOf(definition, group, keyColumns)),
    ...plan.updates.map((group) => updateOf(definition, group, keyColumns)),
    ...plan.inserts.map((group) => insertOf(definition, group)),
  ];
};

/** Values the database would change in silence, named cell by cell. */
export const lossesOfGroups = (groups: readonly StatementGroup[]): readonly Problem[] =>
  groups
    .flatMap(({ columns, rows, after }) =>
      columns.flatMap((column, c) => (after ? lossesOf(column, rows, after[c] ?? [], MAX_PROBLEMS) : [])),
    )
    .slice(0, MAX_PROBLEMS);

/** The statements of a plan without values, for the preview; one entry a distinct statement. */
export const planStatements = (
  plan: CommitPlan,
  definition: SheetDefinition,
): readonly { readonly sql: string; readonly rows: number }[] =>
  groupsOf(plan, definition).map(({ sql, oneSql, rows }) => ({
    sql: rows.length === 1 ? oneSql : sql,
    rows: rows.length,
  }));
