import type { MarkFilter, ViewQuery } from '../../shared/model/view.ts';
import type { Condition } from '../../shared/views/filter-draft.ts';
import type { Overlay } from './overlay.ts';

/** Shows every row. */
export const ALL_ROWS: Partial<ViewQuery> = {
  filters: [],
  marks: undefined,
  quick: '',
  pendingOnly: false,
  only: undefined,
};

/** Whether values or marks of columns narrow a query. */
export const isFiltered = ({ filters, marks, quick }: ViewQuery): boolean =>
  filters.length > 0 || quick !== '' || marks !== undefined;

/** Whether a query leaves rows out at all. */
export const isNarrowed = (query: ViewQuery): boolean =>
  isFiltered(query) || query.pendingOnly || query.only !== undefined;

/** Whether rows leave the query when they are pending no more. */
export const asksForPending = ({ pendingOnly, marks }: ViewQuery): boolean =>
  pendingOnly || marks?.some(({ mark }) => mark === 'pending') === true;

/** The condition a column has. */
export const conditionOf = ({ filters, marks }: ViewQuery, name: string): Condition | undefined =>
  filters.find(({ column }) => column === name) ?? marks?.find(({ column }) => column === name);

/** The conditions of a query with that of one column replaced; null takes it away. */
export const withCondition = (
  { filters, marks = [] }: ViewQuery,
  name: string,
  condition: Condition | null,
): Pick<ViewQuery, 'filters' | 'marks'> => {
  const values = filters.filter(({ column }) => column !== name);
  const known = marks.filter(({ column }) => column !== name);
  if (condition && 'mark' in condition) known.push(condition);
  else if (condition) values.push(condition);
  return { filters: values, marks: known.length > 0 ? known : undefined };
};

/** The query as the backend is asked: with the rows that only this window knows to be marked. */
export const markedQuery = (query: ViewQuery, overlay: Overlay): ViewQuery =>
  query.marks ? { ...query, marks: query.marks.map((mark) => withRows(mark, overlay)) } : query;

const withRows = ({ column, mark }: MarkFilter, overlay: Overlay): MarkFilter => {
  switch (mark) {
    case 'pending':
      return { column, mark };
    case 'invalid':
      return {
        column,
        mark,
        rows: [...overlay.refused.cells()].flatMap((cell) => (cell.column === column ? [cell.row] : [])),
      };
    case 'conflict':
      return {
        column,
        mark,
        rows: [...overlay.conflicts].flatMap(([row, conflicts]) =>
          conflicts.some((one) => one.column === undefined || one.column === column) ? [row] : [],
        ),
      };
  }
};
