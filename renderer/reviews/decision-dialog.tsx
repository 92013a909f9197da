import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { ReviewSummary } from '../../shared/model/review.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { plainSignedText } from '../ui/exact-text.ts';

export type DecisionKind = 'approve' | 'return' | 'withdraw';

interface DecisionDialogProps {
  readonly client: BackendClient;
  readonly kind: DecisionKind;
  readonly reviews: readonly ReviewSummary[];
  readonly locale: LocaleConventions;
  readonly onClose: () => void;
}

const WORDS: Readonly<
  Record<DecisionKind, { readonly title: string; readonly button: string; readonly comment: string }>
> = {
  approve: { title: 'Approve', button: 'Approve', comment: 'Comment' },
  return: { title: 'Return', button: 'Return', comment: 'What has to change' },
  withdraw: { title: 'Withdraw', button: 'Withdraw', comment: 'Comment' },
};

/** Says what is about to be decided, in rows and sums, and decides it for each batch; what could not be decided stays listed with the reason. */
export const DecisionDialog = ({
  client,
  kind,
  reviews,
  locale,
  onClose,
}: DecisionDialogProps): ReactNode => {
  const [left, setLeft] = useState(reviews);
  const [comment, setComment] = useState('');
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const words = WORDS[kind];
  const needed = kind === 'return' && comment.trim() === '';
  const decide = async (): Promise<void> => {
    setBusy(true);
    const failed = new Map<string, string>();
    for (const review of left) {
      try {
        await decideOne(client, kind, review, comment.trim());
      } catch (error) {
        failed.set(review.batch, AppError.wrap(error).message);
      }
    }
    setBusy(false);
    setFailures(failed);
    if (failed.size === 0) onClose();
    else setLeft(left.filter(({ batch }) => failed.has(batch)));
  };
  return (
    <Dialog
      title={left.length === 1 ? `${words.title} this batch` : `${words.title} ${left.length} batches`}
      width="560px"
      onClose={onClose}
      dismissable={!busy}
      foot={
        <>
          <Button onPress={onClose} isDisabled={busy}>
            Cancel
          </Button>
          <Button
            look={kind === 'approve' ? 'primary' : 'danger'}
            isDisabled={busy || needed}
            onPress={() => void decide()}
          >
            {words.button}
          </Button>
        </>
      }
    >
      <ul className="reviews-decided">
        {left.map((review) => (
          <li key={review.batch}>
            <strong>
              {review.source.schema}.{review.source.table}
            </strong>{' '}
            of {review.person}: {review.counts.cells.toLocaleString(locale.tag)}{' '}
            {review.counts.cells === 1 ? 'cell' : 'cells'} in {review.counts.rows.toLocaleString(locale.tag)}{' '}
            {review.counts.rows === 1 ? 'row' : 'rows'}
            {review.sums.map(({ column, delta }) => (
              <span key={column} className="quiet">
                {' '}
                {column} {delta === null ? '' : plainSignedText(delta, locale)}
              </span>
            ))}
            {failures.has(review.batch) ? <p role="alert">{failures.get(review.batch)}</p> : null}
          </li>
        ))}
      </ul>
      {kind === 'withdraw' ? <p>Its edits become pending again, to be changed and submitted anew.</p> : null}
      <div className="field">
        <label htmlFor="decision-comment">{words.comment}</label>
        <textarea
          id="decision-comment"
          className="input"
          rows={3}
          maxLength={4000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </div>
    </Dialog>
  );
};

const decideOne = (
  client: BackendClient,
  kind: DecisionKind,
  { batch, sha256 }: ReviewSummary,
  comment: string,
): Promise<unknown> => {
  const said = comment === '' ? {} : { comment };
  if (kind === 'approve') return client.call('reviews.approve', { batch, sha256, ...said });
  if (kind === 'return') return client.call('reviews.return', { batch, comment });
  return client.call('reviews.withdraw', { batch, ...said });
};
