import type { ReactNode } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import type { SheetSnapshot } from './sheet-snapshot.ts';

const rows = (n: number): string => (n === 1 ? '1 row' : `${n.toLocaleString()} rows`);

/** Tells quietly that others changed rows of pending edits: how many there are, and how many need a decision. */
export const MergeBanner = ({
  snapshot: { conflicts, settled, opened },
  client,
  onDecide,
}: {
  readonly snapshot: SheetSnapshot;
  readonly client: BackendClient;
  readonly onDecide: () => void;
}): ReactNode => {
  if (conflicts + settled === 0 || !opened) return null;
  const seen = (): void => void client.call('merge.seen', { sheet: opened.definition.id }).catch(() => {});
  if (conflicts === 0)
    return (
      <Banner look="good" action={<Button onPress={seen}>OK</Button>}>
        {rows(settled)} of yours changed in the table meanwhile, to just what was entered here. Nothing is
        left to decide.
      </Banner>
    );
  return (
    <Banner look="warn" action={<Button onPress={onDecide}>Decide</Button>}>
      {rows(conflicts + settled)} of yours changed in the table meanwhile
      {settled > 0 ? ': ' : ' and '}
      {settled > 0 ? `${conflicts.toLocaleString()} ` : ''}
      {conflicts === 1 ? 'needs' : 'need'} a decision. Nothing is overwritten until then; other edits can be
      submitted.
    </Banner>
  );
};
