import { MessageSquare } from 'lucide-react';
import { Fragment, type ReactNode, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Problem } from '../../shared/model/batch.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { isNumeric, signedText } from '../ui/exact-text.ts';
import { CommentForm } from './batch-comments.tsx';
import { bySize, matching } from './change-sums.ts';
import { columnOf, labelIn, ReviewValue } from './review-value.tsx';
import { rowText } from './row-text.ts';
import type { OpenReview } from './use-reviews.ts';

interface BatchChangesProps {
  readonly data: OpenReview;
  readonly locale: LocaleConventions;
  readonly client: BackendClient;
  readonly onSaid: () => void;
  /** What the rules say of a cell, by row and column. */
  readonly problems: ReadonlyMap<string, Problem>;
}

/** Changes on one page of the table; a hundred thousand are turned through, not scrolled through. */
const PAGE = 200;

/** Every cell of the batch, before and after, to be searched, ordered by size and commented on. */
export const BatchChanges = ({ data, locale, client, onSaid, problems }: BatchChangesProps): ReactNode => {
  const { changes, definition, review } = data;
  const [text, setText] = useState('');
  const [largest, setLargest] = useState(false);
  const [page, setPage] = useState(0);
  const [about, setAbout] = useState<string | null>(null);
  const asked = useRef<HTMLButtonElement | null>(null);
  const shown = useMemo(() => {
    const found = matching(changes, text, (name) => labelIn(definition, name));
    return largest ? bySize(found) : found;
  }, [changes, text, largest, definition]);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const at = Math.min(page, pages - 1);
  const rows = shown.slice(at * PAGE, (at + 1) * PAGE);
  const touched = useMemo(
    () => new Map(review.touched.map((touch) => [`${touch.row} ${touch.column}`, touch])),
    [review.touched],
  );
  const said = useMemo(
    () => new Set(review.comments.map(({ row, column }) => `${row ?? ''} ${column ?? ''}`)),
    [review.comments],
  );
  const close = (): void => {
    setAbout(null);
    asked.current?.focus();
  };
  const counted = (n: number): string => n.toLocaleString(locale.tag);
  const numbers = rows.length > 0 && rows.every(({ column }) => isNumeric(columnOf(definition, column)));
  return (
    <div className="reviews-changes">
      <div className="reviews-tools">
        <input
          type="search"
          className="input"
          aria-label="Filter the changes"
          placeholder="Filter the changes"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPage(0);
          }}
        />
        <label>
          <input type="checkbox" checked={largest} onChange={(event) => setLargest(event.target.checked)} />{' '}
          Largest first
        </label>
        <span className="quiet" role="status">
          {shown.length === 0
            ? 'No change fits'
            : `${counted(at * PAGE + 1)}–${counted(Math.min(shown.length, (at + 1) * PAGE))} of ${counted(shown.length)}`}
        </span>
        {pages > 1 ? (
          <>
            <Button isDisabled={at === 0} onPress={() => setPage(at - 1)}>
              Previous
            </Button>
            <Button isDisabled={at >= pages - 1} onPress={() => setPage(at + 1)}>
              Next
            </Button>
          </>
        ) : null}
      </div>
      <table className="review-table reviews-cells">
        <caption className="visually-hidden">Changed cells</caption>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Column</th>
            <th scope="col" className={numbers ? 'number' : undefined}>
              Before
            </th>
            <th scope="col" className={numbers ? 'number' : undefined}>
              After
            </th>
            <th scope="col" className="number">
              Difference
            </th>
            <th scope="col">Reason</th>
            <th scope="col">
              <span className="visually-hidden">Comment</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((change, i) => {
            const column = columnOf(definition, change.column);
            const place = `${change.row} ${change.column}`;
            const touch = touched.get(place);
            const problem = problems.get(place);
            const look = isNumeric(column) ? 'number' : undefined;
            const first = i === 0 || rows[i - 1]?.row !== change.row;
            return (
              <Fragment key={place}>
                <tr className={first ? 'first' : undefined}>
                  <th scope="row">
                    {first ? rowText(change.row) : ''}
                    {first && change.kind !== 'update' ? (
                      <span className={`tag ${change.kind}`}>
                        {change.kind === 'insert' ? 'New' : 'Deleted'}
                      </span>
                    ) : null}
                  </th>
                  <td>{labelIn(definition, change.column)}</td>
                  <td className={look}>
                    {change.kind === 'insert' ? (
                      ''
                    ) : (
                      <ReviewValue value={change.before} column={column} locale={locale} />
                    )}
                    {touch ? (
                      <span className="reviews-touched" title={`Changed by ${touch.person}`}>
                        now <ReviewValue value={touch.after} column={column} locale={locale} />
                      </span>
                    ) : null}
                  </td>
                  <td className={look}>
                    {change.kind === 'delete' ? (
                      ''
                    ) : (
                      <ReviewValue value={change.after} column={column} locale={locale} />
                    )}
                    {problem ? (
                      <span className={`reviews-objection ${problem.severity}`}>{problem.message}</span>
                    ) : null}
                  </td>
                  <td className="number">
                    {change.delta === null
                      ? ''
                      : column
                        ? signedText(change.delta, column, locale)
                        : change.delta}
                  </td>
                  <td>
                    {change.reason ? (
                      <ReviewValue value={change.reason} column={undefined} locale={locale} />
                    ) : (
                      ''
                    )}
                  </td>
                  <td>
                    <button
                      type="button"
                      className={said.has(place) ? 'reviews-say said' : 'reviews-say'}
                      aria-label={`Comment on ${rowText(change.row)}, ${labelIn(definition, change.column)}`}
                      onClick={(event) => {
                        asked.current = event.currentTarget;
                        setAbout(place);
                      }}
                    >
                      <MessageSquare size={13} aria-hidden />
                    </button>
                  </td>
                </tr>
                {about === place ? (
                  <tr className="reviews-saying">
                    <td colSpan={7}>
                      <CommentForm
                        client={client}
                        batch={review.summary.batch}
                        place={{ row: change.row, column: change.column }}
                        label={`${rowText(change.row)}, ${labelIn(definition, change.column)}`}
                        onSaid={() => {
                          close();
                          onSaid();
                        }}
                        onClose={close}
                      />
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
};
