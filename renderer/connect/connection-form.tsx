import { type ReactNode, useRef, useState } from 'react';
import { type Connection, signInOf } from '../../shared/model/connection.ts';
import type { AppError } from '../../shared/model/failure.ts';
import type { SignInMethod } from '../../shared/model/sign-in.ts';
import { fileChooser } from '../client/choose-file.ts';
import { Button } from '../ui/button.tsx';
import { failureTitle } from '../ui/failure.ts';
import { fieldOf, proposedTls, TLS_CHOICES } from './connection-words.ts';
import type { SignInRequest } from './sign-in.ts';
import { SignInFields } from './sign-in-fields.tsx';
import { SecretField, TextField } from './text-field.tsx';

export interface ConnectionFormProps {
  readonly connection: Connection;
  readonly keychain: { readonly available: boolean; readonly detail: string };
  /** The administrator provides it: only who signs in can be chosen. */
  readonly locked: boolean;
  /** Passwords may be kept on this machine. */
  readonly mayKeep: boolean;
  readonly failure: AppError | null;
  readonly busy: boolean;
  readonly onSignIn: (request: SignInRequest) => void;
  readonly onTest: (request: SignInRequest) => void;
  readonly onSave: (connection: Connection) => void;
  /** The same database is now reached at another address. */
  readonly onMoved: (connection: Connection) => void;
  readonly onCancel: () => void;
}

const SECRET: Readonly<Record<SignInMethod['kind'], string>> = {
  password: 'Password',
  certificate: 'Passphrase of the key file',
  oidc: '',
};

/** One connection: where it is, who signs in and how, and errors at the field they belong to. */
export const ConnectionForm = (props: ConnectionFormProps): ReactNode => {
  const { keychain, failure, busy, locked } = props;
  const [draft, setDraft] = useState(props.connection);
  const [remember, setRemember] = useState(false);
  const [tlsChosen, setTlsChosen] = useState(props.connection.host !== '');
  const secret = useRef<HTMLInputElement>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const method = signInOf(draft);
  const field = failure ? fieldOf(failure, method.kind) : null;
  const [asked, setAsked] = useState(false);
  if (field === 'passphrase' && !asked) setAsked(true);
  const change = (part: Partial<Connection>): void => setDraft({ ...draft, ...part });
  const errorAt = (name: string): string | null => (failure && field === name ? failure.message : null);
  const user = draft.user ?? '';
  const complete = isComplete(draft) && (user !== '' || method.kind === 'oidc');
  const finished = (): Connection => {
    const { user: typed, caFile, ...rest } = draft;
    return {
      ...rest,
      name: draft.name.trim() || `${draft.database} on ${draft.host}`,
      ...(typed ? { user: typed } : {}),
      ...(caFile && draft.tls.startsWith('verify') ? { caFile } : {}),
      ...(method.kind === 'oidc'
        ? { signIn: { ...method, scopes: method.scopes.filter((scope) => scope !== '') } }
        : {}),
    };
  };
  const request = (): SignInRequest => ({
    connection: finished(),
    user,
    password: secret.current?.value || undefined,
    remember,
    passphrase: passphrase.current?.value || undefined,
  });
  return (
    <form
      className="connection-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete && !busy) props.onSignIn(request());
      }}
    >
      {failure && !field ? (
        <div className="banner bad" role="alert">
          <div>
            <strong>{failureTitle(failure)}</strong>
            <p>{failure.message}</p>
          </div>
          {failure.code === 'edits-held' ? (
            <div className="end">
              <Button onPress={() => props.onMoved(finished())}>It is the same database</Button>
            </div>
          ) : null}
        </div>
      ) : null}
      {locked ? <p className="quiet">The administrator of this machine provides this connection.</p> : null}
      <TextField
        label="Name"
        value={draft.name}
        disabled={locked}
        placeholder="Group planning"
        optional
        onChange={(name) => change({ name })}
      />
      <div className="row">
        <TextField
          label="Host"
          value={draft.host}
          disabled={locked}
          placeholder="db.example.com"
          onChange={(host) => change({ host, ...(tlsChosen ? {} : { tls: proposedTls(host) }) })}
        />
        <TextField
          label="Port"
          value={String(draft.port || '')}
          disabled={locked}
          narrow
          onChange={(port) => change({ port: Math.min(65535, Number(port.replace(/\D/g, ''))) })}
        />
      </div>
      <TextField
        label="Database"
        value={draft.database}
        disabled={locked}
        error={errorAt('database')}
        onChange={(database) => change({ database })}
      />
      <SignInFields
        connection={draft}
        locked={locked}
        errorAt={errorAt}
        choose={fileChooser()}
        onChange={(signIn) => change({ signIn })}
      />
      <div className="row">
        <TextField
          label="User"
          value={user}
          optional={method.kind === 'oidc'}
          error={errorAt('user')}
          onChange={(typed) => change({ user: typed })}
          {...(method.kind === 'oidc' ? { help: 'Empty: the user the provider names.' } : {})}
        />
        {method.kind === 'oidc' ? null : (
          <SecretField label={SECRET[method.kind]} field={secret} error={errorAt('secret')} />
        )}
      </div>
      {method.kind === 'oidc' || !props.mayKeep ? null : (
        <label className="check">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          Keep it on this machine, encrypted under the key of the journal
        </label>
      )}
      <div className="field">
        <label htmlFor="connection-tls">Encryption</label>
        <select
          id="connection-tls"
          className="input"
          value={draft.tls}
          disabled={locked}
          aria-invalid={errorAt('tls') ? true : undefined}
          onChange={(event) => {
            setTlsChosen(true);
            change({ tls: event.target.value as Connection['tls'] });
          }}
        >
          {TLS_CHOICES.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {errorAt('tls') ? (
          <span className="error" role="alert">
            {errorAt('tls')}
          </span>
        ) : null}
      </div>
      {draft.tls.startsWith('verify') ? (
        <TextField
          label="Authority file"
          value={draft.caFile ?? ''}
          disabled={locked}
          optional
          choose={fileChooser()}
          error={errorAt('caFile')}
          help="Empty: the authorities this machine trusts."
          onChange={(caFile) => change({ caFile })}
        />
      ) : null}
      {asked ? (
        <SecretField
          label="Passphrase"
          field={passphrase}
          error={errorAt('passphrase')}
          help={`Edits are kept in an encrypted journal on this machine. Without a keychain its key is locked with a passphrase of at least 8 characters; whoever forgets it loses edits that were not submitted. ${keychain.detail}`}
        />
      ) : null}
      <div className="dialog-foot">
        <Button onPress={() => props.onTest(request())} isDisabled={busy || !complete}>
          Test
        </Button>
        <span className="gap" />
        <Button onPress={props.onCancel}>Cancel</Button>
        {locked ? null : (
          <Button onPress={() => props.onSave(finished())} isDisabled={busy || !isComplete(draft)}>
            Save
          </Button>
        )}
        <Button look="primary" type="submit" isDisabled={busy || !complete}>
          {busy ? 'Connecting…' : 'Connect'}
        </Button>
      </div>
    </form>
  );
};

const isComplete = (draft: Connection): boolean => {
  const method = signInOf(draft);
  const proof =
    method.kind === 'password' ||
    (method.kind === 'oidc'
      ? method.issuer !== '' && method.clientId !== ''
      : method.certFile !== '' && method.keyFile !== '');
  return draft.host !== '' && draft.port > 0 && draft.database !== '' && proof;
};
