import { type ReactNode, useMemo } from 'react';
import type { BatchPreview, Problem } from '../../shared/model/batch.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { exactText, isNumeric, signedText } from '../ui/exact-text.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { counted, Value } from '../ui/value-text.tsx';

interface ViewProps {
  readonly preview: BatchPreview;
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
}

const columnOf = (context: SheetContext, name: string): Column | undefined =>
  context.definition.columns.find((column) => column.name === name);

const labelOf = (context: SheetContext, name: string): string => columnOf(context, name)?.label ?? name;

/** Counts in one line: "3 rows, 4 cells: 2 changed, 1 new". */
export const Counts = ({ preview: { counts }, locale }: Omit<ViewProps, 'context'>): ReactNode => {
  if (counts.rows === 0) return <p className="review-counts">Nothing is left to submit.</p>;
  const part = (n: number, what: string): string => (n > 0 ? `${n.toLocaleString(locale.tag)} ${what}` : '');
  const parts = [
    part(counts.updated, 'changed'),
    part(counts.inserted, 'new'),
    part(counts.deleted, 'deleted'),
  ].filter(Boolean);
  return (
    <p className="review-counts">
      <strong>{counted(counts.rows, 'row', 'rows', locale)}</strong>,{' '}
      {counted(counts.cells, 'cell', 'cells', locale)}: {parts.join(', ')}
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
          value === null ? '' : column ? exactText(value, column, locale) : value;
        return (
          <tr key={name}>
            <th scope="row">{labelOf(context, name)}</th>
            <td className="number">{cells.toLocaleString(locale.tag)}</td>
            <td className="number">{shown(before)}</td>
            <td className="number">{shown(after)}</td>
            <td className="number">{delta === null || !column ? '' : signedText(delta, column, locale)}</td>
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
  const numeric = preview.changes.every((change) => isNumeric(columnOf(context, change.column)));
  return (
    <div className="review-scroll">
      <table className="review-table">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col" className={numeric ? 'value number' : 'value'}>
              Before
            </th>
            <th scope="col" className={numeric ? 'value number' : 'value'}>
              After
            </th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((change) => {
            const column = columnOf(context, change.column);
            const look = isNumeric(column) ? 'value number' : 'value';
            return (
              <tr key={`${change.row}\u0000${change.column}`} className={change.first ? 'first' : undefined}>
                <th scope="row">
                  {change.first ? context.rowLabel(change.row) : ''}
                  {change.first && KIND[change.kind] ? (
                    <span className={`tag ${change.kind}`}>{KIND[change.kind]}</span>
                  ) : null}
                </th>
                <td>{labelOf(context, change.column)}</td>
                <td className={look}>
                  {change.kind === 'insert' ? (
                    ''
                  ) : (
                    <Value value={change.before} column={column} locale={locale} />
                  )}
                </td>
                <td className={look}>
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
        <p className="quiet">and {counted(preview.moreChanges, 'more change', 'more changes', locale)}</p>
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
