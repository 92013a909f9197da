import type { CellComment } from '../../../shared/model/comment.ts';
import { AppError } from '../../../shared/model/failure.ts';
import { isNewRow, type RowKey } from '../../../shared/model/rows.ts';
import type { SheetDefinition } from '../../../shared/model/sheet.ts';
import type { Link, Parameter } from './connect.ts';
import { capabilitiesOf } from './outcome.ts';
import { tableSql } from './statements.ts';

const MOST = 5_000;
const COLUMNS = `c.id::text, c.row_key, c.column_name, c.person, pg_catalog.to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  c.text, c.resolved::text, c.resolved_by`;
const TARGET =
  '(select g.id from writ.governed g where g.relation = pg_catalog.to_regclass($1) and g.active)';

const commentOf = (row: readonly (string | null)[]): CellComment => {
  const [id, key, column, person, at, text, resolved, resolvedBy] = row;
  return {
    id: id ?? '',
    row: key ?? '',
    column: column ?? null,
    person: person ?? '',
    at: at ?? '',
    text: text ?? '',
    resolved: resolved === 'true',
    resolvedBy: resolvedBy ?? null,
  };
};

/** Open comments of a table, or every comment of one row; only what the person may see. */
export const commentsOf = async (
  link: Link,
  definition: SheetDefinition,
  row?: RowKey,
): Promise<readonly CellComment[]> => {
  if ((await capabilitiesOf(link)).governance !== 'installed') return [];
  const params: Parameter[] = [tableSql(definition), ...(row === undefined ? [] : [row])];
  const { rows } = await link.query(
    `select ${COLUMNS} from writ.comment c where c.target = ${TARGET} and ${row === undefined ? 'not c.resolved' : 'c.row_key = $2'}
order by c.id limit ${MOST}`,
    params,
    'Reading the comments',
  );
  return rows.map(commentOf);
};

/** Says something about a cell or row. AppError `unavailable` where the table is not governed, `denied` where the row is not seen. */
export const addComment = async (
  link: Link,
  definition: SheetDefinition,
  { row, column, text }: { readonly row: RowKey; readonly column: string | null; readonly text: string },
): Promise<CellComment> => {
  if (isNewRow(row))
    throw new AppError('invalid', 'comment-new-row', 'The row is not in the warehouse yet. Submit it first.');
  if ((await capabilitiesOf(link)).governance !== 'installed') throw notGoverned();
  const { rows } = await link.command(
    `insert into writ.comment as c (target, row_key, column_name, text) select t.id, $2, $3, $4 from (select ${TARGET} as id) t where t.id is not null
returning ${COLUMNS}`,
    [tableSql(definition), row, column, text],
    'Writing the comment',
  );
  const [added] = rows;
  if (!added) throw notGoverned();
  return commentOf(added);
};

/** Puts a comment aside, or takes it up again. */
export const resolveComment = async (link: Link, id: string, resolved: boolean): Promise<CellComment> => {
  const { rows } = await link.command(
    `update writ.comment c set resolved = $2::boolean where c.id = $1::bigint returning ${COLUMNS}`,
    [id, String(resolved)],
    'Resolving the comment',
  );
  const [changed] = rows;
  if (!changed)
    throw new AppError('conflict', 'comment-unknown', 'The comment is not there any more, or out of reach.');
  return commentOf(changed);
};

const notGoverned = (): AppError =>
  new AppError(
    'unavailable',
    'comments-absent',
    'Comments are kept in the warehouse by schema writ, which does not govern this table. Ask its administrator.',
  );
