import { type ReactNode, useContext } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { SheetPolicy } from '../../shared/model/review.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Reached } from '../ui/reached.ts';
import { MergeBanner } from './merge-banner.tsx';
import type { SheetSnapshot } from './sheet-snapshot.ts';

interface BannersProps {
  readonly snapshot: SheetSnapshot;
  readonly readOnly: string | null;
  readonly onRetrySave: () => void;
  readonly onRefresh: () => void;
  readonly onResolve: (batch: string) => void;
  readonly onReviews: () => void;
  readonly client: BackendClient;
  readonly onDecide: () => void;
}

/** What the person has to know before going on, the most pressing first. */
export const SheetBanners = (props: BannersProps): ReactNode => {
  const { snapshot } = props;
  const shown = (snapshot.total ?? snapshot.rows).toLocaleString();
  return (
    <>
      {snapshot.journalTrouble && <Banner look="bad">{snapshot.journalTrouble}</Banner>}
      {snapshot.saveFailure && (
        <Banner look="bad" action={<Button onPress={props.onRetrySave}>Try again</Button>}>
          {snapshot.saveFailure}
        </Banner>
      )}
      {snapshot.unresolved.map((batch) => (
        <Banner
          key={batch}
          look="warn"
          action={<Button onPress={() => props.onResolve(batch)}>Check now</Button>}
        >
          The outcome of a submit is not known: the connection was lost before the warehouse answered. Its
          edits are held until that is settled.
        </Banner>
      ))}
      <MergeBanner snapshot={snapshot} client={props.client} onDecide={props.onDecide} />
      <ReadingNote snapshot={snapshot} onRefresh={props.onRefresh} />
      {snapshot.opened?.drift.map((text) => (
        <Banner key={text} look="warn">
          {text}
        </Banner>
      ))}
      {snapshot.waiting > 0 && (
        <Banner>
          {snapshot.waiting === 1
            ? 'One row was submitted and waits'
            : `${snapshot.waiting.toLocaleString()} rows were submitted and wait`}{' '}
          to be sent. Take the batch back under Offline to change it.
        </Banner>
      )}
      {snapshot.underReview > 0 && (
        <Banner action={<Button onPress={props.onReviews}>Open reviews</Button>}>
          {snapshot.underReview === 1
            ? 'One row of yours waits'
            : `${snapshot.underReview.toLocaleString()} rows of yours wait`}{' '}
          for approval and cannot be changed meanwhile.
        </Banner>
      )}
      {snapshot.opened?.policy?.shared ? <Banner look="warn">{snapshot.opened.policy.shared}</Banner> : null}
      {snapshot.opened?.policy?.advisory && <Advisory policy={snapshot.opened.policy} />}
      {props.readOnly && <Banner>Read-only. {props.readOnly}</Banner>}
      {snapshot.truncated && (
        <Banner>
          The first {shown} rows are shown. Rows after them are not part of sorting and filtering here.
        </Banner>
      )}
    </>
  );
};

/** Why rows could not be read. Who is signed out has been told above, once; without the network it is no alarm. */
const ReadingNote = ({ snapshot, onRefresh }: Pick<BannersProps, 'snapshot' | 'onRefresh'>): ReactNode => {
  const reached = useContext(Reached);
  const { rowsFailure, rows } = snapshot;
  if (rowsFailure === null || (reached === 'signed-out' && rows > 0)) return null;
  return (
    <Banner
      {...(reached === 'online' ? { look: 'bad' as const } : {})}
      action={reached === 'signed-out' ? null : <Button onPress={onRefresh}>Read again</Button>}
    >
      {rowsFailure}
    </Banner>
  );
};

/** Ways around the approval are named, so that nobody believes in more than there is. */
const Advisory = ({ policy }: { readonly policy: SheetPolicy }): ReactNode => (
  <Banner look="warn">
    Approval is advisory here{policy.sideDoors.length > 0 ? ':' : '.'}{' '}
    {policy.sideDoors
      .slice(0, 3)
      .map(({ message }) => message)
      .join(' ')}
    {policy.sideDoors.length > 3 ? ` And ${policy.sideDoors.length - 3} more.` : ''}
  </Banner>
);
