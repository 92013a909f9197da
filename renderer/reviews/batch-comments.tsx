import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow, keyValues } from '../../shared/model/rows.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { stampText } from '../ui/stamp-text.ts';
import { labelIn } from './review-value.tsx';
import type { OpenReview } from './use-reviews.ts';

/** What was said about the batch and its cells, and a place to say more. */
export const BatchComments = ({
  data: { review, definition },
  locale,
  client,
  onSaid,
}: {
  readonly data: OpenReview;
  readonly locale: LocaleConventions;
  readonly client: BackendClient;
  readonly onSaid: () => void;
}): ReactNode => (
  <section className="reviews-comments" aria-label="Comments on the batch">
    <h2>Comments</h2>
    {review.comments.length === 0 ? <p className="quiet">Nothing was said yet.</p> : null}
    {review.comments.map(({ at, person, row, column, text }) => (
      <article key={`${at} ${person} ${row ?? ''} ${column ?? ''}`}>
        <p>
          <strong>{person}</strong> <time dateTime={at}>{stampText(at, locale)}</time>{' '}
          {row === null ? null : (
            <span className="quiet">
              {isNewRow(row) ? 'New row' : keyValues(row).join(' · ')}
              {column === null ? '' : `, ${labelIn(definition, column)}`}
            </span>
          )}
        </p>
        <p className="reviews-said">{text}</p>
      </article>
    ))}
    <CommentForm
      client={client}
      batch={review.summary.batch}
      place={null}
      label="the batch"
      onSaid={onSaid}
    />
  </section>
);

interface CommentFormProps {
  readonly client: BackendClient;
  readonly batch: string;
  readonly place: { readonly row: string; readonly column: string } | null;
  readonly label: string;
  readonly onSaid: () => void;
  readonly onClose?: () => void;
}

export const CommentForm = ({
  client,
  batch,
  place,
  label,
  onSaid,
  onClose,
}: CommentFormProps): ReactNode => {
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const atCell = place !== null;
  useEffect(() => {
    // A form asked for at a cell is there to be typed into.
    if (atCell) box.current?.focus();
  }, [atCell]);
  const say = async (): Promise<void> => {
    if (text.trim() === '' || busy) return;
    setBusy(true);
    try {
      await client.call('reviews.comment', { batch, text, ...place });
      setText('');
      setFailure(null);
      // The button pressed is disabled now; the keyboard must not fall out of the batch.
      box.current?.focus();
      onSaid();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="reviews-form"
      onSubmit={(event) => {
        event.preventDefault();
        void say();
      }}
    >
      <textarea
        className="input"
        rows={2}
        maxLength={4000}
        ref={box}
        aria-label={`Comment on ${label}`}
        placeholder={`Comment on ${label}`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && onClose) onClose();
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void say();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {failure ? <p role="alert">{failure}</p> : null}
      <div className="reviews-actions">
        {onClose ? <Button onPress={onClose}>Cancel</Button> : null}
        <Button type="submit" isDisabled={busy || text.trim() === ''}>
          Comment
        </Button>
      </div>
    </form>
  );
};
