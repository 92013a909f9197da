import { Database, Pencil, Plus, Sparkles, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Connection, DemoPerson } from '../../shared/model/connection.ts';
import type { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ConnectionForm, type SignIn } from './connection-form.tsx';

export interface ConnectScreenProps {
  readonly connections: readonly Connection[];
  readonly people: readonly DemoPerson[];
  readonly keychain: { readonly available: boolean; readonly detail: string };
  readonly newId: () => string;
  /** Signs in; rejects with AppError, which is shown at the form. */
  readonly onSignIn: (signIn: SignIn) => Promise<void>;
  readonly onDemo: (user: string) => void;
  readonly onRemove: (id: string) => void;
  /** Null when nobody is signed in, so there is nowhere to go back to. */
  readonly onBack: (() => void) | null;
}

/** Where to work: the demo as one of its people, a saved database, or a new one. */
export const ConnectScreen = (props: ConnectScreenProps): ReactNode => {
  const [editing, setEditing] = useState<Connection | null>(null);
  const [removing, setRemoving] = useState<Connection | null>(null);
  const [failure, setFailure] = useState<AppError | null>(null);
  const [busy, setBusy] = useState(false);
  const edit = (connection: Connection): void => {
    setFailure(null);
    setEditing(connection);
  };
  const signIn = (request: SignIn): void => {
    setBusy(true);
    setFailure(null);
    props
      .onSignIn(request)
      .catch((error: AppError) => {
        setFailure(error);
        setEditing(request.connection);
      })
      .finally(() => setBusy(false));
  };
  const saved = props.connections.filter((connection) => connection.kind !== 'embedded');
  return (
    <main className="connect" data-region tabIndex={-1}>
      <div className="connect-head">
        <h1>Connections</h1>
        {props.onBack ? <Button onPress={props.onBack}>Back to the sheet</Button> : null}
      </div>
      <section aria-labelledby="connect-demo">
        <h2 id="connect-demo">
          <Sparkles size={16} aria-hidden /> Demo workspace
        </h2>
        <p className="quiet">
          A PostgreSQL of its own on this machine, with a finance plan. Work as one of four people:
        </p>
        <div className="cards">
          {props.people.map((person) => (
            <button
              type="button"
              className="card"
              key={person.user}
              onClick={() => props.onDemo(person.user)}
            >
              <strong>{person.name}</strong>
              <span>{person.title}</span>
              <small className="quiet">{person.about}</small>
            </button>
          ))}
        </div>
      </section>
      <section aria-labelledby="connect-own">
        <h2 id="connect-own">
          <Database size={16} aria-hidden /> Databases
        </h2>
        {saved.length === 0 ? (
          <p className="quiet">No database yet. Any table or view you may read opens as a sheet.</p>
        ) : null}
        <ul className="connection-list">
          {saved.map((connection) => (
            <li key={connection.id}>
              <button type="button" className="connection" onClick={() => edit(connection)}>
                <strong>{connection.name}</strong>
                <span className="quiet">
                  {connection.user ? `${connection.user} at ` : ''}
                  {connection.host}:{connection.port}/{connection.database}
                </span>
              </button>
              <Button look="plain" aria-label={`Edit ${connection.name}`} onPress={() => edit(connection)}>
                <Pencil size={15} aria-hidden />
              </Button>
              <Button
                look="plain"
                aria-label={`Remove ${connection.name}`}
                onPress={() => setRemoving(connection)}
              >
                <Trash2 size={15} aria-hidden />
              </Button>
            </li>
          ))}
        </ul>
        <Button
          onPress={() =>
            edit({
              id: props.newId(),
              name: '',
              kind: 'postgres',
              host: '',
              port: 5432,
              database: '',
              tls: 'verify-full',
            })
          }
        >
          <Plus size={15} aria-hidden /> Connect to a PostgreSQL database
        </Button>
      </section>
      {editing ? (
        <Dialog
          title={editing.host ? editing.name || 'Connect' : 'Connect to a PostgreSQL database'}
          onClose={() => setEditing(null)}
          dismissable={!busy}
        >
          <ConnectionForm
            key={editing.id}
            connection={editing}
            keychain={props.keychain}
            failure={failure}
            busy={busy}
            onSignIn={signIn}
            onCancel={() => setEditing(null)}
          />
        </Dialog>
      ) : null}
      {removing ? (
        <Dialog
          title={`Remove ${removing.name}?`}
          onClose={() => setRemoving(null)}
          width="420px"
          foot={
            <>
              <Button onPress={() => setRemoving(null)}>Keep</Button>
              <Button
                look="danger"
                onPress={() => {
                  props.onRemove(removing.id);
                  setRemoving(null);
                }}
              >
                Remove
              </Button>
            </>
          }
        >
          <p>The entry leaves this list. The database and edits that were not submitted stay as they are.</p>
        </Dialog>
      ) : null}
    </main>
  );
};
