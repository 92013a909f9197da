import { type ReactNode, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { kindLabel } from '../../shared/merge/wording.ts';
import type { Conflict } from '../../shared/model/batch.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { isNumeric } from '../ui/exact-text.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import {
  type ConflictingRow,
  conflictingRows,
  type Decision,
  type Decisions,
  decideAll,
  decided,
} from './decisions.ts';
import { counted, labelOf, Value } from './preview-view.tsx';

export interface ConflictsViewProps {
  readonly conflicts: readonly Conflict[];
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** Called once every row has its choice and the journal has taken them. */
  readonly onResolved: () => void;
}

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
  const [decisions, setDecisions] = useState<Decisions>(new Map());
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const rows = useMemo(() => conflictingRows(conflicts), [conflicts]);
  const open = rows.length - decisions.size;
  const apply = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    const mine = [...decided(rows, decisions, 'mine')];
    const theirs = [...decided(rows, decisions, 'theirs')];
    try {
      if (mine.length > 0) await client.call('edits.rebase', { sheet: context.sheet, rows: mine });
      if (theirs.length > 0) await client.call('edits.discard', { sheet: context.sheet, rows: theirs });
      await context.reload();
      onResolved();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
      // Some of the decisions may have been taken.
      await context.reload();
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="review-actions">
        <span>All rows:</span>
        <Button onPress={() => setDecisions(decideAll(rows, decisions, 'mine'))}>Keep mine</Button>
        <Button onPress={() => setDecisions(decideAll(rows, decisions, 'theirs'))}>Take theirs</Button>
      </div>
      <div className="review-scroll">
        <table className="review-table">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Column</th>
              <th scope="col" className="value">
                Yours was based on
              </th>
              <th scope="col" className="value">
                Yours
              </th>
              <th scope="col" className="value">
                Now there
              </th>
              <th scope="col">Decision</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Lines
                key={row.row}
                row={row}
                context={context}
                locale={locale}
                decision={decisions.get(row.row)}
                onDecide={(decision) => setDecisions(new Map(decisions).set(row.row, decision))}
              />
            ))}
          </tbody>
        </table>
      </div>
      {failure ? (
        <p className="review-error" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="review-actions end">
        <span className="quiet" role="status">
          {open > 0 ? `${counted(open, 'row is', 'rows are', locale)} not decided yet` : ''}
        </span>
        <Button look="primary" isDisabled={busy || open > 0} onPress={() => void apply()}>
          Apply decisions
        </Button>
      </div>
    </>
  );
};

interface LinesProps {
  readonly row: ConflictingRow;
  readonly context: SheetContext;
  readonly locale: LocaleConventions;
  readonly decision: Decision | undefined;
  readonly onDecide: (decision: Decision) => void;
}

/** One row: a line for each cell that differs, and one decision for them all. */
const Lines = ({
  row: { row, conflicts, keepable },
  context,
  locale,
  decision,
  onDecide,
}: LinesProps): ReactNode =>
  conflicts.map((conflict, i) => {
    const column = context.definition.columns.find((each) => each.name === conflict.column);
    const look = isNumeric(column) ? 'value number' : 'value';
    const cell = (value: string | null | undefined): ReactNode =>
      value === undefined ? '' : <Value value={value} column={column} locale={locale} />;
    return (
      <tr key={conflict.column ?? ''} className={i === 0 ? 'first' : undefined}>
        <th scope="row">
          {i === 0 ? context.rowLabel(row) : ''}
          {conflict.kind === 'changed' ? null : (
            <span className="tag delete">{kindLabel[conflict.kind]}</span>
          )}
        </th>
        <td>{conflict.column ? labelOf(context, conflict.column) : ''}</td>
        <td className={look}>{cell(conflict.base)}</td>
        <td className={look}>
          {conflict.kind === 'changed' && conflict.mine === undefined ? (
            <span className="tag delete">Deleted</span>
          ) : (
            cell(conflict.mine)
          )}
        </td>
        <td className={look}>{cell(conflict.theirs)}</td>
        <td>
          {i === 0 ? (
            <fieldset className="review-choice" aria-label={`Decision for ${context.rowLabel(row)}`}>
              {(keepable ? (['mine', 'theirs'] as const) : (['theirs'] as const)).map((each) => (
                <label key={each}>
                  <input
                    type="radio"
                    name={row}
                    checked={decision === each}
                    onChange={() => onDecide(each)}
                  />{' '}
                  {each === 'mine' ? 'Keep mine' : keepable ? 'Take theirs' : 'Discard mine'}
                </label>
              ))}
            </fieldset>
          ) : null}
        </td>
      </tr>
    );
  });
