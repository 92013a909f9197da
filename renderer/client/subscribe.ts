import { useEffect, useRef } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { EventName, EventOf } from '../../shared/contract/operations.ts';

/** Listens to one kind of event while the component is shown; the newest listener is called. */
export const useBackendEvent = <N extends EventName>(
  client: BackendClient | null,
  name: N,
  listener: (event: EventOf<N>) => void,
): void => {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => client?.on(name, (event) => latest.current(event)), [client, name]);
};
