import { CircleAlert, Info, Lock, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SheetSnapshot } from './sheet-snapshot.ts';

interface BannerProps {
  readonly kind: 'info' | 'warn' | 'error' | 'lock';
  readonly children: ReactNode;
  readonly action?: { readonly label: string; readonly onPress: () => void } | undefined;
}

const ICONS = { info: Info, warn: TriangleAlert, error: CircleAlert, lock: Lock } as const;

const Banner = ({ kind, children, action }: BannerProps): ReactNode => {
  const Icon = ICONS[kind];
  return (
    <div className={`sheet-banner ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon size={15} aria-hidden="true" />
      <span>{children}</span>
      {action && (
        <button type="button" onClick={action.onPress}>
          {action.label}
        </button>
      )}
    </div>
  );
};

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
  return (
    <>
      {snapshot.journalTrouble && <Banner kind="error">{snapshot.journalTrouble}</Banner>}
      {snapshot.saveFailure && (
        <Banner kind="error" action={{ label: 'Try again', onPress: props.onRetrySave }}>
          {snapshot.saveFailure}
        </Banner>
      )}
      {snapshot.unresolved.map((batch) => (
        <Banner
          key={batch}
          kind="warn"
          action={{ label: 'Check now', onPress: () => props.onResolve(batch) }}
        >
          The outcome of a submit is not known: the connection was lost before the warehouse answered. Its
          edits are held until that is settled.
        </Banner>
      ))}
      {snapshot.rowsFailure && (
        <Banner kind="error" action={{ label: 'Read again', onPress: props.onRefresh }}>
          {snapshot.rowsFailure}
        </Banner>
      )}
      {snapshot.opened?.drift.map((text) => (
        <Banner key={text} kind="warn">
          {text}
        </Banner>
      ))}
      {props.readOnly && <Banner kind="lock">Read-only. {props.readOnly}</Banner>}
      {snapshot.truncated && (
        <Banner kind="info">
          The first {snapshot.total?.toLocaleString() ?? snapshot.rows.toLocaleString()} rows are shown. Rows
          after them are not part of sorting and filtering here.
        </Banner>
      )}
    </>
  );
};
