import { type ReactNode, useMemo } from 'react';
import type { BatchPreview, Problem } from '../../shared/model/batch.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { SheetContext } from '../ui/sheet-context.ts';

interface ViewProps {
  readonly preview: BatchPreview;
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
}

const columnOf = (context: SheetContext, name: string): Column | undefined =>
  context.definition.columns.find((column) => column.name === name);

export const labelOf = (context: SheetContext, name: string): string =>
  columnOf(context, name)?.label ?? name;

const plural = (n: number, one: string, many: string): string =>
  `${n.toLocaleString()} ${n === 1 ? one : many}`;

/** A value as its cell shows it; NULL is told from empty text. */
export const Value = ({
  value,
  column,
  locale,
}: {
  value: string | null;
  column: Column | undefined;
  locale: LocaleConventions;
}): ReactNode => {
  if (value === null) return <span className="quiet">empty</span>;
  if (value === '') return <span className="quiet">“”</span>;
  return <>{column ? formatValue(value, column, locale) : value}</>;
};

/** Counts in one line: "3 rows, 4 cells: 2 changed, 1 new". */
export const Counts = ({ preview: { counts } }: { preview: BatchPreview }): ReactNode => {
  const parts = [
    counts.updated > 0 ? `${counts.updated.toLocaleString()} changed` : '',
    counts.inserted > 0 ? `${counts.inserted.toLocaleString()} new` : '',
    counts.deleted > 0 ? `${counts.deleted.toLocaleString()} deleted` : '',
  ].filter(Boolean);
  return (
    <p className="review-counts">
      <strong>{plural(counts.rows, 'row', 'rows')}</strong>, {plural(counts.cells, 'cell', 'cells')}:{' '}
      {parts.join(', ')}
    </p>
  );
};

/** Exact sums per changed column, before, after and the difference with its sign. */
export const Sums = ({ preview, context, locale }: ViewProps): ReactNode => (
  <table className="review-table">
    <thead>
      <tr>
        <th scope="col">Column</th>
        <th scope="col" className="number">
          Cells
        </th>
        <th scope="col" className="number">
          Sum before
        </th>
        <th scope="col" className="number">
          Sum after
        </th>
        <th scope="col" className="number">
          Difference
        </th>
      </tr>
    </thead>
    <tbody>
      {preview.columns.map(({ column: name, cells, before, after, delta }) => {
        const column = columnOf(context, name);
        const shown = (value: string | null): string =>
          value === null || !column ? '' : formatValue(value, column, locale);
        return (
          <tr key={name}>
            <th scope="row">{labelOf(context, name)}</th>
            <td className="number">{cells.toLocaleString()}</td>
            <td className="number">{shown(before)}</td>
            <td className="number">{shown(after)}</td>
            <td className="number">
              {delta === null ? '' : `${/^-|^0*(\.0*)?$/.test(delta) ? '' : '+'}${shown(delta)}`}
            </td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

const KIND = { update: '', insert: 'New', delete: 'Deleted' } as const;

/** The changes cell by cell, the row named once. */
export const Changes = ({ preview, context, locale }: ViewProps): ReactNode => {
  const rows = useMemo(() => {
    let last = '';
    return preview.changes.map((change) => {
      const first = change.row !== last;
      last = change.row;
      return { ...change, first };
    });
  }, [preview]);
  return (
    <div className="review-scroll">
      <table className="review-table">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((change) => {
            const column = columnOf(context, change.column);
            return (
              <tr key={`${change.row}\u0000${change.column}`} className={change.first ? 'first' : undefined}>
                <th scope="row">
                  {change.first ? context.rowLabel(change.row) : ''}
                  {change.first && KIND[change.kind] ? (
                    <span className={`tag ${change.kind}`}>{KIND[change.kind]}</span>
                  ) : null}
                </th>
                <td>{labelOf(context, change.column)}</td>
                <td>
                  {change.kind === 'insert' ? (
                    ''
                  ) : (
                    <Value value={change.before} column={column} locale={locale} />
                  )}
                </td>
                <td>
                  {change.kind === 'delete' ? (
                    ''
                  ) : (
                    <Value value={change.after} column={column} locale={locale} />
                  )}
                </td>
                <td className="quiet">{change.reason ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {preview.moreChanges > 0 ? (
        <p className="quiet">and {preview.moreChanges.toLocaleString()} more changes</p>
      ) : null}
    </div>
  );
};

/** What stands against a submit (or only ought to be known), each with the way to its cell. */
export const Problems = ({
  problems,
  context,
  onGo,
}: {
  readonly problems: readonly Problem[];
  readonly context: SheetContext;
  readonly onGo: (row: string, column?: string) => void;
}): ReactNode => (
  <ul className="review-problems">
    {problems.map((problem, i) => (
      // Two rules may say the same about one cell; the place in the list tells them apart.
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <li key={i} className={problem.severity}>
        <span className="severity">{problem.severity === 'block' ? 'Fix' : 'Note'}</span>
        <span>
          {problem.row === undefined ? null : (
            <button
              type="button"
              className="link-button"
              onClick={() => onGo(problem.row ?? '', problem.column)}
            >
              {context.rowLabel(problem.row)}
              {problem.column ? `, ${labelOf(context, problem.column)}` : ''}
            </button>
          )}{' '}
          {problem.message}
        </span>
      </li>
    ))}
  </ul>
);
