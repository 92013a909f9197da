import { useCallback, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { LinkState } from '../../shared/contract/offline.ts';
import type { Session } from '../../shared/model/connection.ts';
import { useBackendEvent } from '../client/subscribe.ts';

const ONLINE: LinkState = { state: 'online', message: '', since: '', nextTry: null };

/** How the warehouse of this session is reached now. */
export const useLink = (client: BackendClient, session: Session | null): LinkState => {
  const [link, setLink] = useState(ONLINE);
  useBackendEvent(client, 'link.changed', setLink);
  useEffect(() => {
    if (!session) return;
    client.call('link.get', {}).then(setLink, () => {});
  }, [client, session]);
  return link;
};

/** How many batches of this person wait to be sent, or were refused and not looked at yet. */
export const useUnsent = (client: BackendClient, session: Session | null): number => {
  const [unsent, setUnsent] = useState(0);
  const count = useCallback((): void => {
    client.call('outbox.list', {}).then(
      ({ batches }) => setUnsent(batches.length),
      () => {},
    );
  }, [client]);
  useBackendEvent(client, 'outbox.changed', count);
  useEffect(() => {
    setUnsent(0);
    if (session) count();
  }, [session, count]);
  return unsent;
};
