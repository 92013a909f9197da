import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { GovernanceState } from '../../shared/model/governance.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { useCommands } from '../ui/commands.ts';
import { GovernanceDialog } from './governance-dialog.tsx';

export interface GovernanceNoteProps {
  readonly client: BackendClient;
  /** Governance was installed or changed: what is open has to be read again. */
  readonly onInstalled: () => void;
}

/** Offers to install governance where it is missing, to those who may; everybody else sees nothing of it. */
export const GovernanceNote = ({ client, onInstalled }: GovernanceNoteProps): ReactNode => {
  const [state, setState] = useState<GovernanceState | null>(null);
  const [open, setOpen] = useState(false);
  const [later, setLater] = useState(false);
  useEffect(() => {
    let gone = false;
    client.call('governance.state', {}).then(
      (next) => {
        if (!gone) setState(next);
      },
      // The note is an offer; what is wrong with the connection is told elsewhere.
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [client]);
  useCommands(() =>
    state
      ? [
          {
            id: 'governance',
            label: 'Governance of this database',
            refusal: state.refusal,
            run: () => setOpen(true),
          },
        ]
      : [],
  );
  if (!state?.mayInstall) return null;
  const missing = state.state === 'absent';
  return (
    <>
      {state.state === 'installed' || later ? null : (
        <Banner
          action={
            <>
              <Button look="plain" onPress={() => setLater(true)}>
                Not now
              </Button>
              <Button onPress={() => setOpen(true)}>
                {missing ? 'Install governance' : 'Upgrade governance'}
              </Button>
            </>
          }
        >
          {missing
            ? 'Governance is not installed on this database: no audit, no approval, no closed periods.'
            : 'Governance on this database is older than this program.'}
        </Banner>
      )}
      {open ? (
        <GovernanceDialog
          client={client}
          onClose={() => setOpen(false)}
          onInstalled={() => {
            setOpen(false);
            client.call('governance.state', {}).then(setState, () => {});
            onInstalled();
          }}
        />
      ) : null}
    </>
  );
};
