import { RotateCw } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { LinkState } from '../../shared/contract/offline.ts';
import type { EventOf } from '../../shared/contract/operations.ts';
import { Button } from '../ui/button.tsx';
import './offline.css';

export interface LinkStatusProps {
  readonly client: BackendClient;
  readonly link: LinkState;
  /** The line between window and backend, and the session. */
  readonly session: EventOf<'session.state'>;
  /** Batches that wait to be sent. */
  readonly waiting: number;
  readonly onOpen: () => void;
}

const WORDS: Readonly<Record<LinkState['state'], string>> = {
  online: 'Online',
  offline: 'Offline',
  starting: 'Warehouse is starting',
  'signed-out': 'Signed out',
};

/** In which state the window is, said in the top bar: what it means in the tip, what can be done beside it. Signing in again is offered by the banner below. */
export const LinkStatus = (props: LinkStatusProps): ReactNode => {
  const { client, link, session, waiting, onOpen } = props;
  const [trying, setTrying] = useState(false);
  const status = useRef<HTMLButtonElement>(null);
  // Without the backend nothing is known of the warehouse.
  const closed = session.state === 'closed';
  const away = session.state === 'lost' && link.state === 'online';
  const state = closed ? 'signed-out' : away ? 'offline' : link.state;
  const words = away ? 'Connection lost' : WORDS[state];
  const message = closed || away ? session.message : link.message;
  const tryNow = (): void => {
    setTrying(true);
    client.call('link.retry', {}).then(
      (now) => {
        // The button goes with the state it was for; the keyboard stays here.
        if (now.state === 'online') status.current?.focus();
        setTrying(false);
      },
      () => setTrying(false),
    );
  };
  return (
    <div className="link-status">
      <button
        ref={status}
        type="button"
        className={`link ${state}`}
        title={message || 'The warehouse answers.'}
        onClick={onOpen}
      >
        <span className="dot" aria-hidden />
        {words}
      </button>
      {/* What is inside a button is not announced. */}
      <span role="status" className="visually-hidden">
        {words}
      </span>
      {waiting > 0 ? (
        <button type="button" className="link waiting" onClick={onOpen}>
          {waiting === 1 ? '1 batch waits to be sent' : `${waiting} batches wait to be sent`}
        </button>
      ) : null}
      {state === 'offline' || state === 'starting' ? (
        <Button look="plain" isPending={trying} onPress={tryNow}>
          <RotateCw size={14} aria-hidden />
          {trying ? 'Trying…' : 'Try now'}
        </Button>
      ) : null}
    </div>
  );
};
