import { AppError } from '../../../../shared/model/failure.ts';
import type { Column, SheetDefinition } from '../../../../shared/model/sheet.ts';
import type { SortKey } from '../../../../shared/model/view.ts';
import { byText, type Mark, orderColumns } from '../../row-pages.ts';
import { boundType, quote } from '../statement-types.ts';
import type { Parameters } from './parameters.ts';

/** One expression of an ORDER BY. `nullable` false: no row is without a value, so nothing need be said of NULLs. */
export interface Term {
  readonly sql: string;
  /** Type a mark's value is cast to. */
  readonly type: string;
  readonly column: Column;
  readonly descending: boolean;
  readonly nullable: boolean;
}

/** NOT NULL as the catalog says it; a CHECK that says the same (it has a name) may not have been validated. */
const neverNull = ({ rules }: Column): boolean =>
  rules.some(({ kind, origin, name }) => kind === 'required' && origin === 'warehouse' && name === undefined);

/**
 * What a sheet's rows are ordered by. Text is ordered by the column's own collation, which is the one its indexes have; types that
 * are compared by their text, bytewise.
 */
export const termsOf = (definition: SheetDefinition, sort: readonly SortKey[]): readonly Term[] =>
  orderColumns(definition, sort).map(({ place, descending, sorted }) => {
    const column = definition.columns[place];
    if (!column) throw new AppError('bug', 'key-not-in-definition', 'A key of the sheet is no column of it.');
    const nullable = sorted && !definition.key.includes(column.name) && !neverNull(column);
    const text = sorted && byText(column.type.kind);
    return {
      sql: text ? `(${quote(column.name)}::text collate "C")` : quote(column.name),
      type: text ? 'text' : boundType(column).base,
      column,
      descending,
      nullable,
    };
  });

/** NULLs come last in either direction; where there are none, an index can be read backwards if that is not said. */
export const orderBy = (terms: readonly Term[]): string =>
  terms
    .map(({ sql, descending, nullable }) =>
      descending ? `${sql} desc${nullable ? ' nulls last' : ''}` : sql,
    )
    .join(', ');

/** Conditions for the rows from one mark (included) to another (not included); either may be missing. */
export const between = (
  terms: readonly Term[],
  from: Mark | undefined,
  to: Mark | undefined,
  params: Parameters,
): readonly string[] => {
  const conditions: string[] = [];
  const plain = plainDirection(terms);
  if (plain) {
    const row = `(${terms.map(({ sql }) => sql).join(', ')})`;
    const values = (mark: Mark): string =>
      `(${terms.map(({ type }, i) => params.add(mark[i] ?? null, type)).join(', ')})`;
    if (from) conditions.push(`${row} ${plain === 'up' ? '>=' : '<='} ${values(from)}`);
    if (to) conditions.push(`${row} ${plain === 'up' ? '<' : '>'} ${values(to)}`);
    return conditions;
  }
  conditions.push(...bounds(terms, from, to, params));
  if (from) conditions.push(atOrAfter(terms, from, params));
  if (to) conditions.push(before(terms, to, params));
  return conditions;
};

/** Columns of one direction without NULLs are compared as one row, which an index answers as a whole (manual 9.25.5). */
const plainDirection = (terms: readonly Term[]): 'up' | 'down' | null => {
  if (terms.some(({ nullable }) => nullable)) return null;
  if (terms.every(({ descending }) => !descending)) return 'up';
  return terms.every(({ descending }) => descending) ? 'down' : null;
};

/** Bounds of the first column alone: what an index on it can use. Past a bound that has a value there are no NULLs. */
const bounds = (
  [lead]: readonly Term[],
  from: Mark | undefined,
  to: Mark | undefined,
  params: Parameters,
): readonly string[] => {
  if (!lead) return [];
  const { sql, type, descending, nullable } = lead;
  const found: string[] = [];
  const [first, last] = [from?.[0], to?.[0]];
  const bounded = last !== undefined && last !== null;
  if (first === null) found.push(`${sql} is null`);
  else if (first !== undefined && (!nullable || bounded))
    found.push(`${sql} ${descending ? '<=' : '>='} ${params.add(first, type)}`);
  if (bounded) found.push(`${sql} ${descending ? '>=' : '<='} ${params.add(last, type)}`);
  return found;
};

const atOrAfter = (terms: readonly Term[], mark: Mark, params: Parameters): string =>
  compared(terms, mark, params, 0, 'true', (term, value) => {
    if (value === null) return 'false';
    const past = `${term.sql} ${term.descending ? '<' : '>'} ${params.add(value, term.type)}`;
    return term.nullable ? `${past} or ${term.sql} is null` : past;
  });

const before = (terms: readonly Term[], mark: Mark, params: Parameters): string =>
  compared(terms, mark, params, 0, 'false', (term, value) =>
    value === null
      ? `${term.sql} is not null`
      : `${term.sql} ${term.descending ? '>' : '<'} ${params.add(value, term.type)}`,
  );

/** `past` decides where a column differs; the next column decides where it does not; `equal` where none does. */
const compared = (
  terms: readonly Term[],
  mark: Mark,
  params: Parameters,
  at: number,
  equal: string,
  past: (term: Term, value: string | null) => string,
): string => {
  const term = terms[at];
  if (!term) return equal;
  const value = mark[at] ?? null;
  const same = value === null ? `${term.sql} is null` : `${term.sql} = ${params.add(value, term.type)}`;
  return `(${past(term, value)} or (${same} and ${compared(terms, mark, params, at + 1, equal, past)}))`;
};
