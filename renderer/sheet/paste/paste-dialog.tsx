import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { rowLabel } from '../row-finding.ts';
import type { SheetModel } from '../sheet-model.ts';
import { isAnswered, type PasteBlock, type Writing } from './paste-block.ts';
import type { LeftOut, PasteReview } from './paste-review.ts';
import { WritingChoice } from './writing-choice.tsx';

export interface PasteDialogProps {
  readonly model: SheetModel;
  readonly block: PasteBlock;
  readonly writing: Writing | null;
  readonly review: PasteReview | null;
  /** Cells checked so far while there is no review yet. */
  readonly done: number;
  readonly onWriting: (writing: Writing) => void;
  readonly onTake: (mark: boolean) => void;
  readonly onCancel: () => void;
}

const SHOWN = 500;
const OPEN: Writing = { mark: null, order: null, percent: null };

/** Stands between a paste and the sheet where something of it is refused or could be read in two ways. Nothing is changed before it is answered. */
export const PasteDialog = (props: PasteDialogProps): ReactNode => {
  const { model, block, review, writing, done } = props;
  const { locale } = model;
  const count = (n: number): string => n.toLocaleString(locale.tag);
  const total = block.cells.length;
  const answered = writing !== null && isAnswered(block, writing);
  const open = [block.mark, block.order, block.percent].some(({ ask, example }) => ask || example !== null);
  const marked = review?.leftOut.filter(({ readOnly }) => !readOnly).length ?? 0;
  const valid = (review?.taken.length ?? 0) + (review?.newRows.length ?? 0);
  return (
    <Dialog
      title={`${block.cut.length > 0 ? 'Move' : 'Paste'} ${count(total)} ${total === 1 ? 'cell' : 'cells'}`}
      width="720px"
      onClose={props.onCancel}
      foot={
        <>
          <Button onPress={props.onCancel}>Cancel</Button>
          {marked > 0 ? (
            <Button isDisabled={!answered} onPress={() => props.onTake(true)}>
              Paste and correct {count(marked)} in place
            </Button>
          ) : null}
          <Button
            look="primary"
            isDisabled={!answered || review === null || valid === 0}
            onPress={() => props.onTake(false)}
          >
            {review && review.leftOut.length > 0 ? `Take the ${count(valid)} valid` : 'Paste'}
          </Button>
        </>
      }
    >
      {open ? (
        <WritingChoice block={block} writing={writing ?? OPEN} locale={locale} onChange={props.onWriting} />
      ) : null}
      {review ? (
        <>
          <p role="status">{summary(review, count)}</p>
          {review.leftOut.length > 0 ? <LeftOutTable leftOut={review.leftOut} count={count} /> : null}
        </>
      ) : answered ? (
        <>
          <p role="status">
            Checking {count(done)} of {count(total)} cells…
          </p>
          <div className="progress">
            <div style={{ inlineSize: `${(100 * done) / Math.max(1, total)}%` }} />
          </div>
        </>
      ) : (
        <p>This block can be read in two ways. Choose how it is written.</p>
      )}
    </Dialog>
  );
};

const summary = (
  { taken, unchanged, leftOut, newRows }: PasteReview,
  count: (n: number) => string,
): string => {
  const parts = [`${count(taken.length)} can be kept`];
  if (newRows.length > 0)
    parts.push(`${count(newRows.length)} ${newRows.length === 1 ? 'row is' : 'rows are'} new`);
  if (unchanged > 0) parts.push(`${count(unchanged)} already hold the same`);
  const fixed = leftOut.filter(({ readOnly }) => readOnly).length;
  if (leftOut.length > fixed)
    parts.push(`${count(leftOut.length - fixed)} ${leftOut.length - fixed === 1 ? 'is' : 'are'} not valid`);
  if (fixed > 0) parts.push(`${count(fixed)} cannot be changed`);
  return `${parts.join(', ')}.`;
};

const LeftOutTable = ({
  leftOut,
  count,
}: {
  readonly leftOut: readonly LeftOut[];
  readonly count: (n: number) => string;
}): ReactNode => (
  <div className="plan-scroll">
    <table className="plan-table paste-table" aria-label="Cells that are left out">
      <thead>
        <tr>
          <th scope="col">Row</th>
          <th scope="col">Column</th>
          <th scope="col">Text</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {leftOut.slice(0, SHOWN).map(({ row, column, cell }) => (
          <tr key={`${row.key} ${column.name}`}>
            <th scope="row">{rowLabel(row.key)}</th>
            <td>{column.label}</td>
            <td className="paste-text">{cell.text.slice(0, 80)}</td>
            <td>{cell.message}</td>
          </tr>
        ))}
      </tbody>
    </table>
    {leftOut.length > SHOWN ? <p className="quiet">and {count(leftOut.length - SHOWN)} more</p> : null}
  </div>
);
