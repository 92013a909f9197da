import { AppError } from '../../../shared/model/failure.ts';
import type { Column, SheetDefinition } from '../../../shared/model/sheet.ts';
import type { Link } from './connect.ts';
import { governanceVersion, HISTORY_VERSION } from './outcome.ts';
import { boundType, quote } from './statement-types.ts';
import { columnsOf, tableSql } from './statements.ts';

const DOING = 'Looking back';

/** Throws AppError where the past of a table cannot be told: no audit, an older schema, or a moment before it began. */
export const refuseUntold = async (
  link: Link,
  definition: SheetDefinition,
  moment: string | null,
): Promise<void> => {
  if ((await governanceVersion(link)) < HISTORY_VERSION) throw untold();
  const { rows } = await link.query(
    `select pg_catalog.to_char(s.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.at > $2::timestamptz
     from writ.audited_since($1) s(at)`,
    [tableSql(definition), moment],
    DOING,
  );
  const [since, early] = rows[0] ?? [];
  if (since == null) throw untold();
  if (early === 'true')
    throw new AppError(
      'invalid',
      'before-audit',
      `The audit of this table begins on ${since.slice(0, 16).replace('T', ' ')} UTC; what it held before is not known. Choose a later moment.`,
      { details: { since } },
    );
};

const untold = (): AppError =>
  new AppError(
    'unavailable',
    'history-absent',
    'This database keeps no history of the table that reaches back. Ask its administrator for schema writ.',
  );

/** A recorded text as a value of the column's type. */
export const recordedSql = (text: string, column: Column): string => `(${text})::${boundType(column).base}`;

/**
 * What rows held, told from those audit rows that are to be undone (`undone`: seq, kind, row_key, column_name, before): one row a
 * changed row, with `kind` of the first change (`insert`: it was not there), `held` as an object of the columns that changed, and its key as columns
 * `writ key 0`, ... The earliest change of a cell holds what it was before all of them.
 */
export const pastSql = (definition: SheetDefinition): string => {
  const keys = columnsOf(definition, definition.key).map(
    (column, i) => `${recordedSql(`f.row_key::json ->> ${i}`, column)} as ${quote(`writ key ${i}`)}`,
  );
  return `select f.row_key, f.kind, h.held, ${keys.join(', ')}
  from (select distinct on (u.row_key) u.row_key, u.kind from undone u order by u.row_key, u.seq) f
  join (select c.row_key, jsonb_object_agg(c.column_name, c.before) as held
    from (select distinct on (u.row_key, u.column_name) u.row_key, u.column_name, u.before from undone u order by u.row_key, u.column_name, u.seq) c
    group by c.row_key) h on h.row_key = f.row_key`;
};

/** The condition under which alias `t` is the row of `p`, as made by `pastSql`. */
export const samePastSql = (definition: SheetDefinition): string =>
  definition.key.map((name, i) => `t.${quote(name)} = p.${quote(`writ key ${i}`)}`).join(' and ');
