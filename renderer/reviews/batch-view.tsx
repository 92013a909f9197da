import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { ReviewSummary } from '../../shared/model/review.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { stampText } from '../ui/stamp-text.ts';
import { BatchChanges } from './batch-changes.tsx';
import { BatchComments } from './batch-comments.tsx';
import { BatchRules, problemsByPlace, useRuleResults } from './batch-rules.tsx';
import { BatchSums } from './batch-sums.tsx';
import { ageText, isOpen, STALE, STATES, stepText } from './review-words.ts';
import { type OpenReview, useReview } from './use-reviews.ts';
import { WriteButton } from './write-button.tsx';

interface BatchViewProps {
  readonly client: BackendClient;
  readonly batch: string;
  readonly me: string;
  readonly locale: LocaleConventions;
  readonly onBack: () => void;
  readonly onApprove: (review: ReviewSummary) => void;
  readonly onReturn: (review: ReviewSummary) => void;
  readonly onWithdraw: (review: ReviewSummary) => void;
}

/** One batch as a controller reads it: who, why, what it moves in sums, every cell before and after, and who said what. */
export const BatchView = (props: BatchViewProps): ReactNode => {
  const { client, batch, locale, onBack } = props;
  const { data, failure, reload } = useReview(client, batch);
  const view = useRef<HTMLElement>(null);
  useEffect(() => view.current?.focus(), []);
  return (
    <section
      ref={view}
      className="reviews-batch"
      aria-label="Batch"
      tabIndex={-1}
      onKeyDown={(event) => {
        const writing =
          event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
        if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
        if (event.key === 'Escape') onBack();
        else if (writing || !data?.review.summary.canDecide) return;
        else if (event.key === 'a') props.onApprove(data.review.summary);
        else if (event.key === 'r') props.onReturn(data.review.summary);
        else return;
        event.preventDefault();
      }}
    >
      <div className="reviews-head">
        <Button look="plain" aria-label="Back to the batches" onPress={onBack}>
          <ArrowLeft size={16} aria-hidden />
        </Button>
        {data ? (
          <Head {...props} summary={data.review.summary} onWritten={reload} label={data.definition?.name} />
        ) : (
          <h1>Batch</h1>
        )}
      </div>
      {failure ? (
        <div className="reviews-note" role="alert">
          <p>{failure}</p>
          <Button onPress={reload}>Try again</Button>
        </div>
      ) : null}
      {!data && !failure ? <p className="reviews-note quiet">Reading the batch…</p> : null}
      {data ? <Body client={client} data={data} locale={locale} onSaid={reload} /> : null}
    </section>
  );
};

const Head = ({
  summary,
  me,
  locale,
  onApprove,
  onReturn,
  onWithdraw,
  client,
  onWritten,
  label,
}: BatchViewProps & {
  readonly summary: ReviewSummary;
  readonly onWritten: () => void;
  /** What the sheet is called; undefined where it cannot be opened. */
  readonly label: string | undefined;
}): ReactNode => {
  const { source, person, note, state, refusal, canDecide, sha256 } = summary;
  return (
    <>
      <div className="reviews-title">
        <h1 title={`${source.schema}.${source.table}`}>{label ?? `${source.schema}.${source.table}`}</h1>
        <p>
          <strong>{person}</strong>, {ageText(summary.ageSeconds, locale.tag)}
          {note ? <>: {note}</> : null}
        </p>
        <p className="quiet">
          <span className={`reviews-state ${state}`}>{STATES[state]}</span> {stepText(summary)}{' '}
          <code title={`SHA-256 of the payload: ${sha256}`}>{sha256.slice(0, 12)}</code>
        </p>
      </div>
      <div className="reviews-actions">
        {person === me && state === 'approved' && !summary.stale ? (
          <WriteButton client={client} summary={summary} onWritten={onWritten} />
        ) : null}
        {person === me && isOpen(summary) ? (
          <Button onPress={() => onWithdraw(summary)}>Withdraw…</Button>
        ) : null}
        {person === me ? null : canDecide ? (
          <>
            <Button onPress={() => onReturn(summary)}>Return…</Button>
            <Button look="primary" onPress={() => onApprove(summary)}>
              Approve…
            </Button>
          </>
        ) : isOpen(summary) && refusal ? (
          <span className="quiet reviews-refusal">{refusal}</span>
        ) : null}
      </div>
    </>
  );
};

const Body = ({
  client,
  data,
  locale,
  onSaid,
}: {
  readonly client: BackendClient;
  readonly data: OpenReview;
  readonly locale: LocaleConventions;
  readonly onSaid: () => void;
}): ReactNode => {
  const { review, changes, complete, definition } = data;
  const { summary, events, touched, total } = review;
  const sheet = complete && definition ? summary.sheet : null;
  const results = useRuleResults(client, summary.batch, sheet);
  const problems = useMemo(() => problemsByPlace(results), [results]);
  // What the warehouse said when it was submitted: below the amount, or above it together with others.
  const why = events.find(({ kind }) => kind === 'submitted')?.comment;
  return (
    <div className="reviews-body">
      {why ? <Banner>{why}</Banner> : null}
      {summary.stale && isOpen(summary) ? <Banner look="warn">{STALE[summary.stale]}</Banner> : null}
      {touched.length > 0 ? (
        <Banner look="warn">
          {touched.length === 1 ? 'One cell' : `${touched.length.toLocaleString(locale.tag)} cells`} of these
          rows changed after the batch was submitted:{' '}
          {[...new Set(touched.map(({ person }) => person))].join(', ')}.
        </Banner>
      ) : null}
      <p>
        <strong>
          {summary.counts.rows.toLocaleString(locale.tag)} {summary.counts.rows === 1 ? 'row' : 'rows'}
        </strong>
        , {summary.counts.cells.toLocaleString(locale.tag)} {summary.counts.cells === 1 ? 'cell' : 'cells'}:{' '}
        {summary.counts.updated.toLocaleString(locale.tag)} changed,{' '}
        {summary.counts.inserted.toLocaleString(locale.tag)} new,{' '}
        {summary.counts.deleted.toLocaleString(locale.tag)} deleted
        {complete
          ? ''
          : ` (${changes.length.toLocaleString(locale.tag)} of ${total.toLocaleString(locale.tag)} read)`}
      </p>
      {isOpen(summary) ? <BatchRules results={results} definition={definition} locale={locale} /> : null}
      <BatchSums data={data} locale={locale} client={client} />
      <BatchChanges data={data} locale={locale} client={client} onSaid={onSaid} problems={problems} />
      <BatchComments data={data} locale={locale} client={client} onSaid={onSaid} />
      <details className="reviews-events">
        <summary>What happened to it</summary>
        <ol>
          {events.map(({ at, person, kind, comment }) => (
            <li key={`${at} ${kind} ${person}`}>
              <time dateTime={at}>{stampText(at, locale)}</time> <strong>{person}</strong> {kind}
              {comment ? <span>: {comment}</span> : null}
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
};
