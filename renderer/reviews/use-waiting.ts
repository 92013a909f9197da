import { useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Session } from '../../shared/model/connection.ts';
import { useBackendEvent } from '../client/subscribe.ts';

/** How many batches wait for this person; null while unknown, and where approval is not installed. */
export const useWaiting = (client: BackendClient, session: Session | null): number | null => {
  const [waiting, setWaiting] = useState<number | null>(null);
  const turn = useRef(0);
  const ask = (): void => {
    const mine = ++turn.current;
    if (!session) return;
    client.call('reviews.list', { box: 'waiting', limit: 1 }).then(
      (answer) => mine === turn.current && setWaiting(answer.waiting),
      () => mine === turn.current && setWaiting(null),
    );
  };
  const latest = useRef(ask);
  latest.current = ask;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another person is asked anew
  useEffect(() => {
    setWaiting(null);
    latest.current();
  }, [client, session]);
  useBackendEvent(client, 'review.changed', () => latest.current());
  return waiting;
};
