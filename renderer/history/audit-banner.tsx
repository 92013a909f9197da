import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { AuditHead, AuditState } from '../../shared/model/audit.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { shortStamp } from './entries.ts';

export interface AuditBannerProps {
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
}

/** Says loudly when the warehouse's audit no longer holds what this machine saw of it; nothing while it does. */
export const AuditBanner = ({ client, locale }: AuditBannerProps): ReactNode => {
  const [state, setState] = useState<AuditState | null>(null);
  const [asking, setAsking] = useState(false);
  useBackendEvent(client, 'audit.state', setState);
  useEffect(() => {
    // Where the warehouse cannot be asked, the link itself says so.
    client.call('audit.state', {}).then(setState, () => undefined);
  }, [client]);
  const text = state && auditText(state, locale);
  if (!text) return null;
  return (
    <>
      <Banner look="bad" action={<Button onPress={() => setAsking(true)}>Looked into…</Button>}>
        <strong>{text}</strong> Its history cannot be trusted from there on. Tell the administrator of the
        warehouse before relying on it.
      </Banner>
      {asking ? (
        <AcceptDialog
          client={client}
          onAccepted={(next) => {
            setState(next);
            setAsking(false);
          }}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </>
  );
};

/** What happened to the audit, in a sentence; null while nothing did. */
export const auditText = (state: AuditState, locale: LocaleConventions): string | null => {
  const seen = ({ n, at }: AuditHead): string =>
    `${n.toLocaleString(locale.tag)} ${n === 1 ? 'transaction' : 'transactions'}, the last of ${shortStamp(at, locale)}`;
  switch (state.kind) {
    case 'none':
    case 'sound':
      return null;
    case 'cut':
      return state.now
        ? `The audit of this warehouse was cut after ${shortStamp(state.now.at, locale)}. This machine had seen ${seen(state.known)}.`
        : `The audit of this warehouse was emptied. This machine had seen ${seen(state.known)}.`;
    case 'altered':
      return `The audit of this warehouse was altered at or before ${shortStamp(state.known.at, locale)}. This machine had seen ${seen(state.known)}.`;
    case 'gone':
      return `The audit of this warehouse is gone, or out of reach for this sign-in. This machine had seen ${seen(state.known)}.`;
  }
};

interface AcceptProps {
  readonly client: BackendClient;
  readonly onAccepted: (state: AuditState) => void;
  readonly onClose: () => void;
}

const AcceptDialog = ({ client, onAccepted, onClose }: AcceptProps): ReactNode => {
  const [failure, setFailure] = useState<string | null>(null);
  return (
    <Dialog
      title="Follow the audit as it is now?"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            look="danger"
            onPress={() =>
              client
                .call('audit.accept', {})
                .then(onAccepted, (error: unknown) => setFailure(AppError.wrap(error).message))
            }
          >
            Follow from here on
          </Button>
        </>
      }
    >
      <p>
        This machine forgets what it had seen and follows the audit from its present end. Do this only when
        the cause is known, for example a backup that was restored.
      </p>
      {failure ? <p role="alert">{failure}</p> : null}
    </Dialog>
  );
};
