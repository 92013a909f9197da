import { History, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { Button } from '../ui/button.tsx';
import { placeOf } from './connection-words.ts';
import { EraseDialog } from './erase-dialog.tsx';

export interface RemovedConnectionsProps {
  readonly client: BackendClient;
  readonly connections: readonly Connection[];
  readonly onRestore: (id: string) => void;
  readonly onErased: () => void;
}

/** Connections taken from the list whose edits still lie here: brought back, or deleted with them. */
export const RemovedConnections = (props: RemovedConnectionsProps): ReactNode => {
  const { client, connections, onRestore } = props;
  const [erasing, setErasing] = useState<Connection | null>(null);
  return (
    <section aria-labelledby="connect-removed">
      <h2 id="connect-removed">
        <History size={16} aria-hidden /> Removed connections
      </h2>
      <p className="quiet">
        People worked with them here; what they did not submit still lies on this machine.
      </p>
      <ul className="connection-list">
        {connections.map((connection) => (
          <li key={connection.id}>
            <span className="connection">
              <strong>{connection.name}</strong>
              <span className="quiet">{placeOf(connection)}</span>
            </span>
            <Button aria-label={`Bring back ${connection.name}`} onPress={() => onRestore(connection.id)}>
              Bring back
            </Button>
            <Button
              look="plain"
              aria-label={`Delete ${connection.name} and its edits`}
              onPress={() => setErasing(connection)}
            >
              <Trash2 size={15} aria-hidden /> Delete
            </Button>
          </li>
        ))}
      </ul>
      {erasing ? (
        <EraseDialog
          client={client}
          connection={erasing}
          onClose={() => setErasing(null)}
          onErased={() => {
            setErasing(null);
            props.onErased();
          }}
        />
      ) : null}
    </section>
  );
};
