import { type ReactNode, useMemo, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { shortStamp } from './entries.ts';
import { MomentDialog } from './moment-dialog.tsx';
import { DifferenceDialog, RestoreDialog } from './restore-dialog.tsx';

export interface MomentBarProps {
  /** The sheet of now. */
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly at: string;
  readonly onMoment: (at: string) => void;
  readonly onNow: () => void;
}

/** Stands over a sheet that is shown as it was: of when, what changed since, and the way back. */
export const MomentBar = ({ context, client, locale, at, onMoment, onNow }: MomentBarProps): ReactNode => {
  const [open, setOpen] = useState<'moment' | 'difference' | 'restore' | null>(null);
  const scope = useMemo(() => ({ kind: 'moment' as const, at }), [at]);
  const close = (): void => setOpen(null);
  const what = `As of ${shortStamp(at, locale)}`;
  const shared = { context, client, locale, scope, what, onClose: close };
  return (
    <>
      <Banner
        look="warn"
        action={
          <div className="moment-actions">
            <Button onPress={() => setOpen('difference')}>Changed since…</Button>
            <Button onPress={() => setOpen('restore')}>Restore…</Button>
            <Button onPress={() => setOpen('moment')}>Another moment…</Button>
            <Button look="primary" onPress={onNow}>
              Back to now
            </Button>
          </div>
        }
      >
        <strong>{what}</strong>
      </Banner>
      {open === 'moment' ? (
        <MomentDialog
          locale={locale}
          onClose={close}
          onChoose={(next) => {
            close();
            onMoment(next);
          }}
        />
      ) : null}
      {open === 'difference' ? <DifferenceDialog {...shared} /> : null}
      {open === 'restore' ? <RestoreDialog {...shared} onRestored={onNow} /> : null}
    </>
  );
};
