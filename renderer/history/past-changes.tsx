import type { ReactNode } from 'react';
import type { PastChange, PastConflict, PastCounts } from '../../shared/model/past.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { exactText, isNumeric } from '../ui/exact-text.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { relativeTime } from './entries.ts';

interface Shown {
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
}

/** "3 cells of 2 rows change back, 1 row comes back, 1 row is taken out". */
export const pastCountsText = (
  { changed, cells, broughtBack, takenOut }: PastCounts,
  { tag }: LocaleConventions,
): string => {
  const rows = (n: number): string => `${n.toLocaleString(tag)} ${n === 1 ? 'row' : 'rows'}`;
  const parts = [
    changed > 0
      ? `${cells.toLocaleString(tag)} ${cells === 1 ? 'cell' : 'cells'} of ${rows(changed)} ${cells === 1 ? 'differs' : 'differ'}`
      : '',
    broughtBack > 0 ? `${rows(broughtBack)} ${broughtBack === 1 ? 'is' : 'are'} gone since` : '',
    takenOut > 0 ? `${rows(takenOut)} ${takenOut === 1 ? 'was' : 'were'} added since` : '',
  ].filter(Boolean);
  return parts.length ? `${parts.join(', ')}.` : 'Nothing differs.';
};

const KIND = { change: null, 'bring-back': 'Gone since', 'take-out': 'Added since' } as const;

/** Then and now, cell by cell, the row named once; with who changed it last. */
export const PastChanges = ({
  changes,
  more,
  context,
  locale,
}: Shown & { readonly changes: readonly PastChange[]; readonly more: number }): ReactNode => {
  const now = new Date();
  const column = (name: string) => context.definition.columns.find((each) => each.name === name);
  const value = (name: string, text: string | null): ReactNode => {
    const known = column(name);
    return text === null ? (
      <span className="quiet">empty</span>
    ) : known ? (
      exactText(text, known, locale)
    ) : (
      text
    );
  };
  if (changes.length === 0) return null;
  const look = (name: string): string | undefined => (isNumeric(column(name)) ? 'number' : undefined);
  const numbers = changes.every(({ cells }) => cells.every((cell) => isNumeric(column(cell.column))));
  const head = numbers ? 'number' : undefined;
  return (
    <div className="past-scroll">
      <table className="past-table">
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col" className={head}>
              Then
            </th>
            <th scope="col" className={head}>
              Now
            </th>
            <th scope="col">Last changed by</th>
          </tr>
        </thead>
        <tbody>
          {changes.flatMap(({ row, kind, cells, person, at }) =>
            cells
              .filter(({ was, now: held }) => kind === 'change' || was !== null || held !== null)
              .map((cell, i) => (
                <tr key={`${row} ${cell.column}`} className={i === 0 ? 'first' : undefined}>
                  <th scope="row">
                    {i === 0 ? context.rowLabel(row) : null}
                    {i === 0 && KIND[kind] ? <span className={`past-kind ${kind}`}>{KIND[kind]}</span> : null}
                  </th>
                  <td>{column(cell.column)?.label ?? cell.column}</td>
                  <td className={look(cell.column)}>
                    {kind === 'take-out' ? null : value(cell.column, cell.was)}
                  </td>
                  <td className={look(cell.column)}>
                    {kind === 'bring-back' ? null : value(cell.column, cell.now)}
                  </td>
                  <td className="quiet">{i === 0 ? `${person}, ${relativeTime(at, now, locale)}` : null}</td>
                </tr>
              )),
          )}
        </tbody>
      </table>
      {more > 0 ? <p className="quiet">And {more.toLocaleString(locale.tag)} more rows.</p> : null}
    </div>
  );
};

/** What cannot be restored and why, by name. */
export const PastConflicts = ({
  conflicts,
  more,
  context,
  locale,
}: Shown & { readonly conflicts: readonly PastConflict[]; readonly more: number }): ReactNode => {
  const now = new Date();
  const column = (name: string) =>
    context.definition.columns.find((each) => each.name === name)?.label ?? name;
  if (conflicts.length === 0) return null;
  return (
    <section className="past-conflicts" aria-label="Left as it is">
      <h3>Left as it is</h3>
      <ul>
        {conflicts.map(({ kind, row, column: name, message, person, at }) => (
          <li key={`${kind} ${row ?? ''} ${name ?? ''}`}>
            <strong>
              {[row === undefined ? null : context.rowLabel(row), name === undefined ? null : column(name)]
                .filter(Boolean)
                .join(', ') || 'The sheet'}
            </strong>
            : {message}
            {person && at ? ` Last by ${person}, ${relativeTime(at, now, locale)}.` : ''}
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="quiet">And {more.toLocaleString(locale.tag)} more.</p> : null}
    </section>
  );
};
