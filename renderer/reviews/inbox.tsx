import { Check } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { ReviewSummary } from '../../shared/model/review.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { plainSignedText } from '../ui/exact-text.ts';
import { ageText, isOpen, STALE, STATES, stepText } from './review-words.ts';
import type { Box, Inbox as InboxData } from './use-reviews.ts';

interface InboxProps {
  readonly box: Box;
  readonly data: InboxData | null;
  readonly failure: string | null;
  readonly locale: LocaleConventions;
  readonly onBox: (box: Box) => void;
  readonly onOpen: (batch: string) => void;
  readonly onRetry: () => void;
  readonly onApprove: (reviews: readonly ReviewSummary[]) => void;
  readonly onReturn: (reviews: readonly ReviewSummary[]) => void;
}

const BOXES: readonly (readonly [Box, string])[] = [
  ['waiting', 'Waiting for me'],
  ['mine', 'Mine'],
  ['all', 'All'],
];

const EMPTY: Readonly<Record<Box, string>> = {
  waiting: 'Nothing waits for your approval.',
  mine: 'You have submitted nothing for approval yet.',
  all: 'No batch was submitted for approval yet.',
};

/** Batches under review: what waits for this person, what is theirs, and the rest, with keys for every step. */
export const Inbox = (props: InboxProps): ReactNode => {
  const { box, data, failure, locale, onBox, onOpen } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);
  const reviews = data?.reviews ?? [];
  const current = Math.min(at, reviews.length - 1);
  const decidable = reviews.filter(({ batch, canDecide }) => chosen.has(batch) && canDecide);
  const counted = (n: number): string => n.toLocaleString(locale.tag);
  const toggle = (batch: string): void => {
    const next = new Set(chosen);
    if (!next.delete(batch)) next.add(batch);
    setChosen(next);
  };
  const keyDown = (event: KeyboardEvent): void => {
    const review = reviews[current];
    const targets = decidable.length > 0 ? decidable : review?.canDecide ? [review] : [];
    if (event.key === 'ArrowDown' || event.key === 'j') setAt(Math.min(current + 1, reviews.length - 1));
    else if (event.key === 'ArrowUp' || event.key === 'k') setAt(Math.max(current - 1, 0));
    else if (event.key === 'Enter' && review) onOpen(review.batch);
    else if ((event.key === ' ' || event.key === 'x') && review) toggle(review.batch);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey))
      setChosen(new Set(reviews.filter(({ canDecide }) => canDecide).map(({ batch }) => batch)));
    else if (event.key === 'a' && targets.length > 0) props.onApprove(targets);
    else if (event.key === 'r' && !event.ctrlKey && !event.metaKey && targets.length > 0)
      props.onReturn(targets);
    else return;
    event.preventDefault();
  };
  return (
    <div className="reviews-inbox">
      <div className="reviews-head">
        <h1>Reviews</h1>
        <div className="reviews-boxes" role="tablist" aria-label="Boxes">
          {BOXES.map(([name, label]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={box === name}
              onClick={() => {
                setChosen(new Set());
                setAt(0);
                onBox(name);
              }}
            >
              {label}
              {name === 'waiting' && data && data.waiting > 0 ? ` (${counted(data.waiting)})` : ''}
              {name === 'mine' && data && data.mine > 0 ? ` (${counted(data.mine)})` : ''}
            </button>
          ))}
        </div>
        {decidable.length > 0 ? (
          <div className="reviews-actions">
            <span>{counted(decidable.length)} chosen</span>
            <Button onPress={() => props.onReturn(decidable)}>Return…</Button>
            <Button look="primary" onPress={() => props.onApprove(decidable)}>
              Approve…
            </Button>
          </div>
        ) : null}
      </div>
      {failure ? (
        <div className="reviews-note" role="alert">
          <p>{failure}</p>
          <Button onPress={props.onRetry}>Try again</Button>
        </div>
      ) : null}
      {!data && !failure ? <p className="reviews-note quiet">Reading the batches…</p> : null}
      {data && reviews.length === 0 ? <p className="reviews-note quiet">{EMPTY[box]}</p> : null}
      {reviews.length > 0 ? (
        <div
          className="reviews-list"
          role="listbox"
          aria-label="Batches"
          aria-multiselectable
          aria-activedescendant={`review-${reviews[current]?.batch}`}
          tabIndex={0}
          onKeyDown={keyDown}
        >
          {reviews.map((review, i) => (
            <Entry
              key={review.batch}
              review={review}
              locale={locale}
              current={i === current}
              chosen={chosen.has(review.batch)}
              onChoose={review.canDecide ? () => toggle(review.batch) : null}
              onOpen={() => onOpen(review.batch)}
            />
          ))}
          {data?.more ? <p className="quiet">Older batches are not listed.</p> : null}
        </div>
      ) : null}
    </div>
  );
};

interface EntryProps {
  readonly review: ReviewSummary;
  readonly locale: LocaleConventions;
  readonly current: boolean;
  readonly chosen: boolean;
  readonly onChoose: (() => void) | null;
  readonly onOpen: () => void;
}

const Entry = ({ review, locale, current, chosen, onChoose, onOpen }: EntryProps): ReactNode => {
  const { source, person, note, counts, sums, state, stale, ageSeconds } = review;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, the current entry is named by its look
    <div
      className="reviews-entry"
      role="option"
      id={`review-${review.batch}`}
      aria-selected={chosen}
      data-current={current || undefined}
      onClick={onOpen}
    >
      {/* For the pointer alone: whether an option is chosen is said by the option, and chosen by Space. */}
      <span
        className="reviews-check"
        aria-hidden
        data-chosen={chosen || undefined}
        data-disabled={onChoose === null || undefined}
        title={onChoose ? 'Choose this batch (Space)' : 'It is not for you to decide'}
        onClick={(event) => {
          event.stopPropagation();
          onChoose?.();
        }}
      >
        {chosen ? <Check size={12} /> : null}
      </span>
      <div className="reviews-entry-main">
        <strong>
          {source.schema}.{source.table}
        </strong>
        <span>{person}</span>
        {note ? <span className="quiet">{note}</span> : null}
      </div>
      <div className="reviews-entry-size">
        <span>
          {counts.rows.toLocaleString(locale.tag)} {counts.rows === 1 ? 'row' : 'rows'},{' '}
          {counts.cells.toLocaleString(locale.tag)} {counts.cells === 1 ? 'cell' : 'cells'}
        </span>
        {sums.slice(0, 2).map(({ column, delta }) => (
          <span key={column} className="quiet">
            {column} {delta === null ? '' : plainSignedText(delta, locale)}
          </span>
        ))}
      </div>
      <div className="reviews-entry-state">
        <span className={`reviews-state ${state}`}>{STATES[state]}</span>
        <span className="quiet">{isOpen(review) ? ageText(ageSeconds, locale.tag) : ''}</span>
        {stepText(review) ? <span className="quiet">{stepText(review)}</span> : null}
        {stale && isOpen(review) ? <span className="reviews-stale">{STALE[stale]}</span> : null}
      </div>
    </div>
  );
};
