import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HeldEdits } from '../../shared/contract/connections.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface RemoveDialogProps {
  readonly client: BackendClient;
  readonly connection: Connection;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Asks before a connection leaves the list, and says what becomes of edits that were not submitted. */
export const RemoveDialog = ({ client, connection, onRemoved, onClose }: RemoveDialogProps): ReactNode => {
  const [held, setHeld] = useState<readonly HeldEdits[] | null>(null);
  const [failure, setFailure] = useState<AppError | null>(null);
  useEffect(() => {
    client.call('connections.held', { id: connection.id }).then(
      ({ people }) => setHeld(people),
      (error: unknown) => setFailure(AppError.wrap(error)),
    );
  }, [client, connection.id]);
  const remove = async (): Promise<void> => {
    try {
      await client.call('connections.remove', { id: connection.id });
      onRemoved();
    } catch (error) {
      setFailure(AppError.wrap(error));
    }
  };
  return (
    <Dialog
      title={`Remove ${connection.name}?`}
      onClose={onClose}
      width="460px"
      foot={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button look="danger" isDisabled={held === null} onPress={() => void remove()}>
            Remove
          </Button>
        </>
      }
    >
      {failure ? (
        <p className="error" role="alert">
          {failure.message}
        </p>
      ) : null}
      {held === null && !failure ? <p role="status">Looking for edits on this machine…</p> : null}
      {held === null ? null : held.length === 0 ? (
        <p>
          No edits wait on this machine. Kept passwords and sign-ins are forgotten; the database stays as it
          is.
        </p>
      ) : (
        <>
          <p>
            Edits that were not submitted {held.every(({ rows }) => rows !== null) ? 'lie' : 'may lie'} on
            this machine:
          </p>
          <ul className="held">
            {held.map((each) => (
              <li key={each.user}>{heldWords(each)}</li>
            ))}
          </ul>
          <p>
            Edits stay here, encrypted, and come back with the connection from “Removed connections”. Kept
            passwords and sign-ins are forgotten.
          </p>
        </>
      )}
    </Dialog>
  );
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** What one person holds, as a sentence. */
export const heldWords = ({ user, rows, sheets, batches, reason }: HeldEdits): string => {
  if (rows === null) return `${user}: cannot be counted. ${reason ?? ''}`;
  const parts = [
    ...(rows > 0 ? [`${count(rows, 'row', 'rows')} on ${count(sheets, 'sheet', 'sheets')}`] : []),
    ...(batches > 0 ? [`${count(batches, 'batch', 'batches')} submitted and not ended`] : []),
  ];
  return `${user}: ${parts.join(', ')}`;
};
