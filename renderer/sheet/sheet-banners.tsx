import type { ReactNode } from 'react';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import type { SheetSnapshot } from './sheet-snapshot.ts';

interface BannersProps {
  readonly snapshot: SheetSnapshot;
  readonly readOnly: string | null;
  readonly onRetrySave: () => void;
  readonly onRefresh: () => void;
  readonly onResolve: (batch: string) => void;
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
      {snapshot.rowsFailure && (
        <Banner look="bad" action={<Button onPress={props.onRefresh}>Read again</Button>}>
          {snapshot.rowsFailure}
        </Banner>
      )}
      {snapshot.opened?.drift.map((text) => (
        <Banner key={text} look="warn">
          {text}
        </Banner>
      ))}
      {props.readOnly && <Banner>Read-only. {props.readOnly}</Banner>}
      {snapshot.truncated && (
        <Banner>
          The first {shown} rows are shown. Rows after them are not part of sorting and filtering here.
        </Banner>
      )}
    </>
  );
};
