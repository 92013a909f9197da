import { Database, Download, KeyRound, Plus, Sparkles, Upload } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { Connection, DemoPerson, Session } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { BrowserDialog } from './browser-dialog.tsx';
import { ConnectionForm } from './connection-form.tsx';
import { ConnectionRow } from './connection-row.tsx';
import { ProviderSignIns } from './provider-sign-ins.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RemovedConnections } from './removed-connections.tsx';
import { type SignInRequest, signIn } from './sign-in.ts';
import { TestDialog } from './test-dialog.tsx';
import { useConnections } from './use-connections.ts';

/** A person who has to give something before a session opens again. */
export interface Asked {
  readonly connection: Connection;
  readonly failure: AppError;
}

export interface ConnectScreenProps {
  readonly client: BackendClient;
  readonly keychain: { readonly available: boolean; readonly detail: string };
  readonly newId: () => string;
  readonly asked: Asked | null;
  readonly onDemo: (user: string) => void;
  readonly onEntered: (session: Session) => void;
  /** Null when nobody is signed in, so there is nowhere to go back to. */
  readonly onBack: (() => void) | null;
}

interface Testing {
  readonly task: string;
  readonly name: string;
  readonly result: Promise<OutputOf<'connections.test'>>;
}

const EMPTY = { name: '', kind: 'postgres', host: '', port: 5432, database: '', tls: 'verify-full' } as const;

/** Where to work: the demo as one of its people, a saved database, or a new one. */
export const ConnectScreen = (props: ConnectScreenProps): ReactNode => {
  const { client, newId, asked } = props;
  const list = useConnections(client);
  const [editing, setEditing] = useState<Connection | null>(asked?.connection ?? null);
  const [failure, setFailure] = useState<AppError | null>(asked?.failure ?? null);
  const [removing, setRemoving] = useState<Connection | null>(null);
  const [testing, setTesting] = useState<Testing | null>(null);
  const [browsing, setBrowsing] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** The form as it was filled in stays while this does. */
  const [form, setForm] = useState(0);
  /** Who the provider said it is and where, for a session that then did not open. */
  const named = useRef<Connection | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!asked) return;
    setEditing(asked.connection);
    setFailure(asked.failure);
  }, [asked]);

  const { listed } = list;
  const managed = new Set(listed?.managed);
  const edit = (connection: Connection): void => {
    setFailure(null);
    setEditing(connection);
  };
  const cancelTask = (task: string): void => void client.call('exchange.cancel', { task });
  const browser = {
    run: async <T,>(wait: (task: string) => Promise<T>): Promise<T> => {
      const task = newId();
      setBrowsing(task);
      try {
        return await wait(task);
      } finally {
        setBrowsing(null);
      }
    },
    named: (user: string, connection: Connection): void => {
      named.current = { ...connection, user };
    },
  };
  /** Runs what may fail; the failure is shown at the form of the connection. */
  const attempt = async (
    connection: Connection,
    work: () => Promise<void>,
    choosing = false,
  ): Promise<void> => {
    setBusy(true);
    setFailure(null);
    named.current = null;
    // The form goes away while the browser is waited for, and comes back as it was filled in.
    setEditing((before) => (before ? connection : before));
    try {
      await work();
    } catch (error) {
      const problem = AppError.wrap(error);
      if (named.current) {
        setEditing(named.current);
        setForm((before) => before + 1);
      } else if (!choosing) setEditing(connection);
      if (problem.kind !== 'cancelled') setFailure(problem);
    } finally {
      setBusy(false);
    }
  };
  const save = async (connection: Connection, moved = false): Promise<void> => {
    if (managed.has(connection.id)) return;
    await client.call('connections.save', { connection, moved });
    await list.load();
  };
  const enter = (request: SignInRequest): Promise<void> =>
    attempt(request.connection, async () => {
      await save(request.connection);
      props.onEntered(await signIn(client, request, browser));
    });
  const test = ({ connection, user, password, passphrase }: SignInRequest): void => {
    const task = newId();
    const result = client.call('connections.test', {
      task,
      connection,
      user,
      ...(password === undefined ? {} : { password }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    setTesting({ task, name: connection.name, result });
  };
  const asSaved = (connection: Connection): SignInRequest => ({
    connection,
    user: connection.user ?? '',
    password: undefined,
    remember: false,
    passphrase: undefined,
  });
  const open = (connection: Connection): void => {
    if (!connection.user && connection.signIn?.kind !== 'oidc') edit(connection);
    else
      void attempt(connection, async () => {
        props.onEntered(await signIn(client, asSaved(connection), browser));
      });
  };
  /** The provider is asked who it is; its claims choose where to work. */
  const openProposed = (connection: Connection): void =>
    void attempt(
      connection,
      async () => {
        const { user: _, ...anybody } = connection;
        props.onEntered(await signIn(client, { ...asSaved(anybody), choose: true }, browser));
      },
      true,
    );
  const saved = listed?.connections.filter(({ kind }) => kind !== 'embedded') ?? [];
  const mayOwn = listed?.rules.ownConnections ?? true;
  return (
    <main className="connect" data-region tabIndex={-1}>
      <div className="connect-head">
        <h1>Connections</h1>
        <div className="head-actions">
          {mayOwn ? (
            <Button look="plain" onPress={() => picker.current?.click()}>
              <Upload size={15} aria-hidden /> Import
            </Button>
          ) : null}
          {saved.length > 0 ? (
            <Button look="plain" onPress={() => void list.exportAll()}>
              <Download size={15} aria-hidden /> Export
            </Button>
          ) : null}
          {props.onBack ? <Button onPress={props.onBack}>Back to the sheet</Button> : null}
        </div>
        <input
          ref={picker}
          type="file"
          accept="application/json,.json"
          hidden
          aria-label="File of connections"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) void list.importFile(file);
          }}
        />
      </div>
      {list.said ? <Banner look={list.said.look}>{list.said.text}</Banner> : null}
      {listed?.problems.map((problem) => (
        <Banner key={problem} look="warn">
          {problem}
        </Banner>
      ))}
      {listed?.rules.demo ? <Demo people={listed.people} onDemo={props.onDemo} /> : null}
      <section aria-labelledby="connect-own">
        <h2 id="connect-own">
          <Database size={16} aria-hidden /> Databases
        </h2>
        {listed && saved.length === 0 ? (
          <p className="quiet">No database yet. Any table or view you may read opens as a sheet.</p>
        ) : null}
        <ProviderSignIns connections={saved} busy={busy} onSignIn={openProposed} />
        {failure && !editing ? <Banner look="bad">{failure.message}</Banner> : null}
        <ul className="connection-list">
          {saved.map((connection) => (
            <ConnectionRow
              key={connection.id}
              connection={connection}
              managed={managed.has(connection.id)}
              proposed={listed?.proposed[connection.id]}
              mayOwn={mayOwn}
              keepsPassword={listed?.passwords.some((each) => each.connection === connection.id) ?? false}
              onForget={() => void list.forgetPasswords(connection)}
              onOpen={() => open(connection)}
              onEdit={() => edit(connection)}
              onTest={() => test(asSaved(connection))}
              onDuplicate={() => edit({ ...connection, id: newId(), name: `Copy of ${connection.name}` })}
              onRemove={() => setRemoving(connection)}
            />
          ))}
        </ul>
        {listed && listed.passwords.length > 0 ? (
          <p className="quiet kept-passwords">
            <KeyRound size={14} aria-hidden />
            {listed.passwords.length === 1
              ? 'One password is kept on this machine.'
              : `${listed.passwords.length} passwords are kept on this machine.`}
            <Button look="plain" onPress={() => void list.forgetPasswords(null)}>
              Forget saved passwords
            </Button>
          </p>
        ) : null}
        {mayOwn ? (
          <Button onPress={() => edit({ ...EMPTY, id: newId() })}>
            <Plus size={15} aria-hidden /> Connect to a PostgreSQL database
          </Button>
        ) : (
          <p className="quiet">The administrator of this machine provides the connections.</p>
        )}
      </section>
      {listed && listed.removed.length > 0 ? (
        <RemovedConnections
          client={client}
          connections={listed.removed}
          onRestore={(id) => void list.restore(id)}
          onErased={() => void list.load()}
        />
      ) : null}
      {editing && browsing === null ? (
        <Dialog
          title={editing.host ? editing.name || 'Connect' : 'Connect to a PostgreSQL database'}
          onClose={() => setEditing(null)}
          dismissable={!busy}
          width="600px"
        >
          <ConnectionForm
            key={`${editing.id}/${form}`}
            connection={editing}
            keychain={props.keychain}
            locked={managed.has(editing.id)}
            mayKeep={listed?.rules.keepPasswords ?? true}
            failure={failure}
            busy={busy}
            onSignIn={(request) => void enter(request)}
            onTest={test}
            onSave={(connection) =>
              void attempt(connection, async () => {
                await save(connection);
                setEditing(null);
              })
            }
            onMoved={(connection) =>
              void attempt(connection, async () => {
                await save(connection, true);
                setEditing(connection);
              })
            }
            onCancel={() => setEditing(null)}
          />
        </Dialog>
      ) : null}
      {browsing === null ? null : (
        <BrowserDialog client={client} task={browsing} onCancel={() => cancelTask(browsing)} />
      )}
      {testing ? (
        <TestDialog
          {...testing}
          client={client}
          onClose={() => {
            cancelTask(testing.task);
            setTesting(null);
          }}
        />
      ) : null}
      {removing ? (
        <RemoveDialog
          client={client}
          connection={removing}
          onClose={() => setRemoving(null)}
          onRemoved={() => {
            setRemoving(null);
            void list.load();
          }}
        />
      ) : null}
    </main>
  );
};

const Demo = ({
  people,
  onDemo,
}: {
  readonly people: readonly DemoPerson[];
  readonly onDemo: (user: string) => void;
}): ReactNode => (
  <section aria-labelledby="connect-demo">
    <h2 id="connect-demo">
      <Sparkles size={16} aria-hidden /> Demo workspace
    </h2>
    <p className="quiet">
      A PostgreSQL of its own on this machine, with a finance plan. Work as one of four people:
    </p>
    <div className="cards">
      {people.map((person) => (
        <button type="button" className="card" key={person.user} onClick={() => onDemo(person.user)}>
          <strong>{person.name}</strong>
          <span>{person.title}</span>
          <small className="quiet">{person.about}</small>
        </button>
      ))}
    </div>
  </section>
);
