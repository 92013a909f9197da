import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { ReviewSummary } from '../../shared/model/review.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { BatchView } from './batch-view.tsx';
import { DecisionDialog, type DecisionKind } from './decision-dialog.tsx';
import { Inbox } from './inbox.tsx';
import { type Box, useInbox } from './use-reviews.ts';
import './reviews.css';

export interface ReviewsScreenProps {
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** Login of the person. */
  readonly me: string;
  /** A batch to show at once. */
  readonly first: string | null;
}

interface Deciding {
  readonly kind: DecisionKind;
  readonly reviews: readonly ReviewSummary[];
}

/** Batches that wait for approval: the inbox, and one batch as a controller reads it. */
export const ReviewsScreen = ({ client, locale, me, first }: ReviewsScreenProps): ReactNode => {
  const [box, setBox] = useState<Box>('waiting');
  const [batch, setBatch] = useState<string | null>(first);
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const { data, failure, reload } = useInbox(client, box);
  const decide = (kind: DecisionKind) => (reviews: readonly ReviewSummary[]) =>
    setDeciding({ kind, reviews });
  const decideOne = (kind: DecisionKind) => (review: ReviewSummary) => decide(kind)([review]);
  return (
    <main className="reviews" data-region tabIndex={-1} aria-label="Reviews">
      {batch === null ? (
        <Inbox
          box={box}
          data={data}
          failure={failure}
          locale={locale}
          onBox={setBox}
          onOpen={setBatch}
          onRetry={reload}
          onApprove={decide('approve')}
          onReturn={decide('return')}
        />
      ) : (
        <BatchView
          client={client}
          batch={batch}
          me={me}
          locale={locale}
          onBack={() => setBatch(null)}
          onApprove={decideOne('approve')}
          onReturn={decideOne('return')}
          onWithdraw={decideOne('withdraw')}
        />
      )}
      {deciding ? (
        <DecisionDialog
          {...deciding}
          client={client}
          locale={locale}
          onClose={() => {
            setDeciding(null);
            reload();
          }}
        />
      ) : null}
    </main>
  );
};
