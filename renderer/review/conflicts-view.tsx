import { type ReactNode, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Conflict } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { labelOf, Value } from './preview-view.tsx';

export interface ConflictsViewProps {
  readonly conflicts: readonly Conflict[];
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** Called once every row has its choice and the journal has taken them. */
  readonly onResolved: () => void;
}

type Choice = 'mine' | 'theirs';

const WHAT = {
  changed: 'changed by someone else',
  missing: 'not in the table any more, or out of reach',
  exists: 'the key is taken',
} as const;

/**
 * Rows that somebody else changed: what the edit was based on, the edit, and what the warehouse holds. Nothing is
 * overwritten by default; each row is decided, or all at once.
 */
export const ConflictsView = ({
  conflicts,
  context,
  client,
  locale,
  onResolved,
}: ConflictsViewProps): ReactNode => {
  const [choices, setChoices] = useState<ReadonlyMap<string, Choice>>(new Map());
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const rows = useMemo(() => [...Map.groupBy(conflicts, (conflict) => conflict.row)], [conflicts]);
  const keepable = (of: readonly Conflict[]): boolean => of.every((conflict) => conflict.kind === 'changed');
  const choose = (row: string, choice: Choice): void => setChoices(new Map(choices).set(row, choice));
  // A row that is gone or taken has no "mine" to keep: discarding it is a decision of its own.
  const all = (choice: Choice): void => {
    const fitting = rows.filter(([, of]) => choice === 'theirs' || keepable(of));
    setChoices(new Map([...choices, ...fitting.map(([row]) => [row, choice] as const)]));
  };
  const apply = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    const chosen = (choice: Choice): string[] =>
      rows.flatMap(([row]) => (choices.get(row) === choice ? [row] : []));
    const mine = chosen('mine');
    const theirs = chosen('theirs');
    try {
      if (mine.length > 0) await client.call('edits.rebase', { sheet: context.sheet, rows: mine });
      if (theirs.length > 0) await client.call('edits.discard', { sheet: context.sheet, rows: theirs });
      await context.reload();
      onResolved();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="review-actions">
        <span>All rows:</span>
        <Button onPress={() => all('mine')}>Keep mine</Button>
        <Button onPress={() => all('theirs')}>Take theirs</Button>
      </div>
      <div className="review-scroll">
        <table className="review-table">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Column</th>
              <th scope="col">Yours was based on</th>
              <th scope="col">Yours</th>
              <th scope="col">Now there</th>
              <th scope="col">Decision</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([row, of]) =>
              of.map((conflict, i) => {
                const column = context.definition.columns.find((each) => each.name === conflict.column);
                const cell = (value: string | null | undefined): ReactNode =>
                  value === undefined ? '' : <Value value={value} column={column} locale={locale} />;
                return (
                  <tr key={`${row}\u0000${conflict.column ?? ''}`} className={i === 0 ? 'first' : undefined}>
                    <th scope="row">
                      {i === 0 ? context.rowLabel(row) : ''}
                      {conflict.kind === 'changed' ? null : (
                        <span className="tag delete">{WHAT[conflict.kind]}</span>
                      )}
                    </th>
                    <td>{conflict.column ? labelOf(context, conflict.column) : ''}</td>
                    <td>{cell(conflict.base)}</td>
                    <td>{cell(conflict.mine)}</td>
                    <td>{cell(conflict.theirs)}</td>
                    <td>
                      {i === 0 ? (
                        <fieldset
                          className="review-choice"
                          aria-label={`Decision for ${context.rowLabel(row)}`}
                        >
                          {keepable(of) ? (
                            <label>
                              <input
                                type="radio"
                                name={row}
                                checked={choices.get(row) === 'mine'}
                                onChange={() => choose(row, 'mine')}
                              />{' '}
                              Keep mine
                            </label>
                          ) : null}
                          <label>
                            <input
                              type="radio"
                              name={row}
                              checked={choices.get(row) === 'theirs'}
                              onChange={() => choose(row, 'theirs')}
                            />{' '}
                            {keepable(of) ? 'Take theirs' : 'Discard mine'}
                          </label>
                        </fieldset>
                      ) : null}
                    </td>
                  </tr>
                );
              }),
            )}
          </tbody>
        </table>
      </div>
      {failure ? (
        <p className="review-error" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="review-actions end">
        <Button look="primary" isDisabled={busy || choices.size < rows.length} onPress={() => void apply()}>
          Apply decisions
        </Button>
      </div>
    </>
  );
};
