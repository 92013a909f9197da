import { type ReactNode, useState } from 'react';

import type { Session } from '../../shared/model/connection.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';

/** Says that the journal of edits was damaged, what of it is here and where the rest lies, until it was read. */
export const JournalRecoveryNote = ({ session }: { readonly session: Session }): ReactNode => {
  const { journalRecovery: recovery } = session;
  const [read, setRead] = useState<Session['journalRecovery']>();
  if (!recovery || read === recovery) return null;
  return (
    <Banner look="bad" action={<Button onPress={() => setRead(recovery)}>Dismiss</Button>}>
      {recoveryText(recovery)}
    </Banner>
  );
};

const changes = (count: number): string => (count === 1 ? 'One change' : `${count} changes`);

/** The sentence for a recovery: what was kept, what is missing, where the damaged file is. */
export const recoveryText = ({ movedTo, entries, lost }: NonNullable<Session['journalRecovery']>): string => {
  const kept = `${changes(entries)} could be read and ${entries === 1 ? 'is' : 'are'} here.`;
  const missing =
    lost === null
      ? 'Later ones may be missing: compare what is pending with what was entered.'
      : lost === 0
        ? 'None is missing.'
        : `${changes(lost)} after that could not be read: compare what is pending with what was entered.`;
  const where = movedTo === null ? '' : ` The damaged file was kept as ${movedTo}.`;
  return `The journal of edits was damaged. ${kept} ${missing}${where}`;
};
