import { keyValues, type RowKey } from '../../../../shared/model/rows.ts';
import type { Column, SheetDefinition } from '../../../../shared/model/sheet.ts';
import type { ColumnFilter } from '../../../../shared/model/view.ts';
import { byText, type Selection } from '../../row-pages.ts';
import { boundType, quote } from '../statement-types.ts';
import type { Parameters } from './parameters.ts';

/** Lower case as the window makes it; a database without ICU only does what its own locale knows. */
export type Fold = (sql: string) => string;

/** A column's value as canonical text. */
export const textOf = ({ name }: Column): string => `${quote(name)}::text`;

/** A condition that a text occurs in an expression, which is folded already; false for NULL. */
export const holds = (sql: string, text: string, params: Parameters): string =>
  `coalesce(pg_catalog.strpos(${sql}, ${params.add(text, 'text')}) > 0, false)`;

/** Functions take a hundred arguments at most. */
const ARGUMENTS = 90;

/** The condition a selection's rows fulfil; `true` where all do. */
export const whereOf = (selection: Selection, fold: Fold, params: Parameters): string => {
  const { definition, filters, quick, except, also, onlyAlso } = selection;
  const put = also.length > 0 ? keyIn(definition, also, params) : null;
  if (onlyAlso) return put ?? 'false';
  const conditions = filters.map((filter) => filterSql(definition, filter, fold, params));
  const words = quick.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length > 0) {
    const text = fold(joined(definition.columns));
    for (const word of words) conditions.push(holds(text, word, params));
  }
  if (except.length > 0) conditions.push(`not (${keyIn(definition, except, params)})`);
  if (conditions.length === 0) return 'true';
  const all = conditions.map((each) => `(${each})`).join(' and ');
  return put ? `((${all}) or ${put})` : all;
};

const joined = (columns: readonly Column[]): string => {
  const parts: string[] = [];
  for (let at = 0; at < columns.length; at += ARGUMENTS) {
    const some = columns.slice(at, at + ARGUMENTS).map(textOf);
    parts.push(`pg_catalog.concat_ws(pg_catalog.chr(31), ${some.join(', ')})`);
  }
  return parts.length === 0 ? "''" : `(${parts.join(' || pg_catalog.chr(31) || ')})`;
};

/** A condition that a row is one of these. */
export const keyIn = (definition: SheetDefinition, keys: readonly RowKey[], params: Parameters): string => {
  const values = keys.map(keyValues);
  const columns = definition.key.map((name) => ({
    name,
    base: boundType(columnOf(definition, name)).base,
  }));
  const array = (i: number): (string | null)[] => values.map((value) => value[i] ?? null);
  const [only] = columns;
  if (only && columns.length === 1)
    return `${quote(only.name)} = any (${params.add(array(0), `${only.base}[]`)})`;
  const names = columns.map((_, i) => `k${i}`);
  const arrays = columns.map((_, i) => `pg_catalog.unnest(${params.add(array(i), 'text[]')})`);
  return `(${columns.map(({ name }) => quote(name)).join(', ')}) in (select ${columns
    .map(({ base }, i) => `${names[i]}::${base}`)
    .join(', ')} from rows from (${arrays.join(', ')}) as writ_keys (${names.join(', ')}))`;
};

const columnOf = (definition: SheetDefinition, name: string): Column => {
  const column = definition.columns.find((each) => each.name === name);
  if (!column) throw new TypeError(`The key "${name}" is no column of the sheet.`);
  return column;
};

/** Filters mean the same here as over rows in memory (sheets/matching.ts); on unknown columns they match nothing. */
const filterSql = (
  definition: SheetDefinition,
  filter: ColumnFilter,
  fold: Fold,
  params: Parameters,
): string => {
  const column = definition.columns.find(({ name }) => name === filter.column);
  if (!column) return 'false';
  switch (filter.kind) {
    case 'contains':
      return filter.text === ''
        ? 'true'
        : holds(fold(textOf(column)), filter.text.toLocaleLowerCase(), params);
    case 'lacks':
      return filter.text === ''
        ? 'false'
        : `not ${holds(fold(textOf(column)), filter.text.toLocaleLowerCase(), params)}`;
    case 'starts':
    case 'ends':
      return filter.text === '' ? 'true' : holdsAt(filter.kind, column, filter.text, fold, params);
    case 'equals':
      return filter.value === null ? `${quote(column.name)} is null` : equals(column, filter.value, params);
    case 'differs':
      return filter.value === null
        ? `${quote(column.name)} is not null`
        : `not coalesce(${equals(column, filter.value, params)}, false)`;
    case 'in':
      return isIn(column, filter.values, params);
    case 'blank':
      return isBlank(column, filter.blank);
    case 'range': {
      const [above, below] = filter.open ? (['>', '<'] as const) : (['>=', '<='] as const);
      const conditions = [
        ...(filter.min === undefined ? [] : [bound(column, above, filter.min, params)]),
        ...(filter.max === undefined ? [] : [bound(column, below, filter.max, params)]),
      ];
      return conditions.length > 0 ? conditions.join(' and ') : `${quote(column.name)} is not null`;
    }
  }
};

const holdsAt = (
  end: 'starts' | 'ends',
  column: Column,
  text: string,
  fold: Fold,
  params: Parameters,
): string => {
  const value = fold(textOf(column));
  const wanted = params.add(text.toLocaleLowerCase(), 'text');
  const part = `pg_catalog.${end === 'starts' ? 'left' : 'right'}(${value}, pg_catalog.length(${wanted}))`;
  return `coalesce(${part} collate "C" = ${wanted}, false)`;
};

const isBlank = (column: Column, blank: boolean): string => {
  const name = quote(column.name);
  // Only text can be there and yet print as nothing.
  if (column.type.kind !== 'text' && !byText(column.type.kind))
    return `${name} is ${blank ? '' : 'not '}null`;
  return blank ? `${name} is null or ${textOf(column)} = ''` : `${textOf(column)} <> ''`;
};

/** An enum value that is none would be refused as a value instead of matching nothing. */
const isValue = ({ type }: Column, value: string): boolean =>
  type.kind !== 'enum' || type.values.includes(value);

const equals = (column: Column, value: string, params: Parameters): string => {
  if (!isValue(column, value)) return 'false';
  if (byText(column.type.kind)) return `${textOf(column)} = ${params.add(value, 'text')}`;
  return `${quote(column.name)} = ${params.add(value, boundType(column).base)}`;
};

const isIn = (column: Column, values: readonly (string | null)[], params: Parameters): string => {
  const texts = values.filter((value) => value !== null).filter((value) => isValue(column, value));
  const conditions: string[] = values.includes(null) ? [`${quote(column.name)} is null`] : [];
  if (texts.length > 0) {
    const same = `${textOf(column)} collate "C" = any (${params.add(texts, 'text[]')})`;
    // The values asked for are texts; by the type alone 1.0 would find 1.00, by the text alone no index would be used.
    const indexed = byText(column.type.kind)
      ? []
      : [`${quote(column.name)} = any (${params.add(texts, `${boundType(column).base}[]`)})`];
    conditions.push([...indexed, same].join(' and '));
  }
  return conditions.length > 0 ? conditions.map((each) => `(${each})`).join(' or ') : 'false';
};

const bound = (
  column: Column,
  operator: '>=' | '<=' | '>' | '<',
  value: string,
  params: Parameters,
): string => {
  // A value the enum does not have stands behind all it has.
  if (!isValue(column, value))
    return operator.startsWith('>') ? 'false' : `${quote(column.name)} is not null`;
  if (byText(column.type.kind))
    return `${textOf(column)} collate "C" ${operator} ${params.add(value, 'text')}`;
  return `${quote(column.name)} ${operator} ${params.add(value, boundType(column).base)}`;
};
