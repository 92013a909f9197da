import { Download } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { HeldEdits } from '../../shared/contract/connections.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { saveFile } from '../ui/save-file.ts';
import { heldWords } from './remove-dialog.tsx';
import { SecretField } from './text-field.tsx';

export interface EraseDialogProps {
  readonly client: BackendClient;
  readonly connection: Connection;
  readonly onErased: () => void;
  readonly onClose: () => void;
}

/** Asks before everything of a removed connection is deleted from this machine; edits are counted, and can be saved first. */
export const EraseDialog = ({ client, connection, onErased, onClose }: EraseDialogProps): ReactNode => {
  const { id } = connection;
  const [held, setHeld] = useState<readonly HeldEdits[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const passphrase = useRef<HTMLInputElement>(null);
  const given = (): { readonly passphrase?: string } =>
    passphrase.current?.value ? { passphrase: passphrase.current.value } : {};
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    } finally {
      setBusy(false);
    }
  };
  const look = useCallback(
    async (how: { readonly passphrase?: string }): Promise<void> =>
      setHeld((await client.call('connections.held', { id, ...how })).people),
    [client, id],
  );
  useEffect(() => {
    look({}).catch((error: unknown) => setFailure(AppError.wrap(error).message));
  }, [look]);
  const save = async (): Promise<void> => {
    const { file, unread } = await client.call('connections.edits', { id, ...given() });
    saveFile(file);
    const cells = file.rows === 1 ? 'One cell was' : `${file.rows} cells were`;
    setSaved(
      `${cells} saved.${unread.length > 0 ? ` Not readable, and not in the file: ${unread.join(', ')}.` : ''}`,
    );
  };
  const erase = async (): Promise<void> => {
    await client.call('connections.erase', { id, seen: [...(held ?? [])], ...given() });
    onErased();
  };
  const unread = held?.some(({ rows }) => rows === null) ?? false;
  // Stays once it was asked for: saving and deleting need it as well.
  const [locked, setLocked] = useState(false);
  if (unread && !locked) setLocked(true);
  const any = held !== null && held.length > 0;
  return (
    <Dialog
      title={`Delete ${connection.name} from this machine?`}
      onClose={onClose}
      width="480px"
      foot={
        <>
          <Button onPress={onClose}>Keep</Button>
          <Button
            look="danger"
            isDisabled={held === null || busy || (any && !sure)}
            onPress={() => void attempt(erase)}
          >
            Delete for good
          </Button>
        </>
      }
    >
      {failure ? (
        <p className="error" role="alert">
          {failure}
        </p>
      ) : null}
      {held === null && !failure ? <p role="status">Looking for edits on this machine…</p> : null}
      {held === null ? null : any ? (
        <>
          <p>These edits were not submitted and go with it. Nothing brings them back:</p>
          <ul className="held">
            {held.map((each) => (
              <li key={each.user}>{heldWords(each)}</li>
            ))}
          </ul>
          {locked ? (
            <>
              <SecretField label="Passphrase, to count and save what is locked with one" field={passphrase} />
              <p>
                <Button isDisabled={busy} onPress={() => void attempt(() => look(given()))}>
                  Count
                </Button>
              </p>
            </>
          ) : null}
          <p>
            <Button isDisabled={busy} onPress={() => void attempt(save)}>
              <Download size={15} aria-hidden /> Save the edits as a file
            </Button>{' '}
            {saved ? <span role="status">{saved}</span> : null}
          </p>
          <label className="check">
            <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
            The edits are not needed any more
          </label>
        </>
      ) : (
        <p>No edits wait on this machine.</p>
      )}
      <p className="quiet">
        Also deleted: the rows kept for working offline, saved views, passwords and sign-ins of this
        connection, and the key they were kept under. The database stays as it is.
      </p>
    </Dialog>
  );
};
