import { type ReactNode, useState } from 'react';
import type { Connection } from '../../shared/model/connection.ts';
import type { AppError } from '../../shared/model/failure.ts';
import { Button } from '../ui/button.tsx';
import { failureTitle } from '../ui/failure.ts';

export interface SignIn {
  readonly connection: Connection;
  readonly user: string;
  readonly password: string;
  readonly remember: boolean;
  readonly passphrase: string | undefined;
}

export interface ConnectionFormProps {
  readonly connection: Connection;
  readonly keychain: { readonly available: boolean; readonly detail: string };
  readonly failure: AppError | null;
  readonly busy: boolean;
  readonly onSignIn: (signIn: SignIn) => void;
  readonly onCancel: () => void;
}

const LOOPBACK = /^(localhost|127\.|::1$|\[::1\]$)/;

const TLS: readonly (readonly [Connection['tls'], string])[] = [
  ['verify-full', 'Verified: the server proves its name'],
  ['require', 'Encrypted, not verified: only where the network is trusted'],
  ['disable', 'Not encrypted: only on this machine'],
];

/** Codes of failures that belong to a field of the form. */
const FIELD_OF: Readonly<Record<string, string>> = {
  'sign-in-refused': 'password',
  'password-needed': 'password',
  'database-missing': 'database',
  'keychain-absent': 'passphrase',
  'keychain-locked': 'passphrase',
  'passphrase-needed': 'passphrase',
  'passphrase-wrong': 'passphrase',
  'passphrase-short': 'passphrase',
};

/** One connection: where it is, who signs in, and errors at the field they belong to. */
export const ConnectionForm = ({
  connection,
  keychain,
  failure,
  busy,
  onSignIn,
  onCancel,
}: ConnectionFormProps): ReactNode => {
  const [draft, setDraft] = useState(connection);
  const [user, setUser] = useState(connection.user ?? '');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [tlsChosen, setTlsChosen] = useState(connection.host !== '');
  const field = failure ? FIELD_OF[failure.code] : undefined;
  const asksPassphrase = field === 'passphrase' || passphrase !== '';
  const change = (part: Partial<Connection>): void => setDraft({ ...draft, ...part });
  const message = (name: string): ReactNode =>
    field === name && failure ? (
      <span className="error" role="alert">
        {failure.message}
      </span>
    ) : null;
  return (
    <form
      className="connection-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSignIn({
          connection: { ...draft, name: draft.name.trim() || `${draft.database} on ${draft.host}`, user },
          user,
          password,
          remember,
          passphrase: passphrase || undefined,
        });
      }}
    >
      {failure && !field ? (
        <div className="banner bad" role="alert">
          <div>
            <strong>{failureTitle(failure)}</strong>
            <p>{failure.message}</p>
          </div>
        </div>
      ) : null}
      <Text
        label="Name"
        value={draft.name}
        onChange={(name) => change({ name })}
        placeholder="Group planning"
        optional
      />
      <div className="row">
        <Text
          label="Host"
          value={draft.host}
          onChange={(host) =>
            change({ host, ...(tlsChosen ? {} : { tls: LOOPBACK.test(host) ? 'disable' : 'verify-full' }) })
          }
          placeholder="db.example.com"
        />
        <Text
          label="Port"
          value={String(draft.port || '')}
          onChange={(port) => change({ port: Math.min(65535, Number(port.replace(/\D/g, ''))) })}
          narrow
        />
      </div>
      <Text
        label="Database"
        value={draft.database}
        onChange={(database) => change({ database })}
        error={message('database')}
      />
      <div className="row">
        <Text label="User" value={user} onChange={setUser} />
        <Text
          label="Password"
          value={password}
          onChange={setPassword}
          secret
          optional
          error={message('password')}
        />
      </div>
      <div className="field">
        <label htmlFor="connection-tls">Encryption</label>
        <select
          id="connection-tls"
          className="input"
          value={draft.tls}
          onChange={(event) => {
            setTlsChosen(true);
            change({ tls: event.target.value as Connection['tls'] });
          }}
        >
          {TLS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={remember}
          disabled={!keychain.available}
          onChange={(event) => setRemember(event.target.checked)}
        />
        Keep the password in the keychain of this machine
      </label>
      {keychain.available ? null : <small className="quiet">{keychain.detail}</small>}
      {asksPassphrase ? (
        <>
          <Text
            label="Passphrase"
            value={passphrase}
            onChange={setPassphrase}
            secret
            error={message('passphrase')}
          />
          <small className="quiet">
            Edits are kept in an encrypted journal on this machine. Without a keychain its key is locked with
            a passphrase of at least 8 characters; whoever forgets it loses edits that were not submitted.
          </small>
        </>
      ) : null}
      <div className="dialog-foot">
        <Button onPress={onCancel}>Cancel</Button>
        <Button
          look="primary"
          type="submit"
          isDisabled={busy || !draft.host || !draft.port || !draft.database || !user}
        >
          {busy ? 'Connecting…' : 'Connect'}
        </Button>
      </div>
    </form>
  );
};

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly secret?: boolean;
  readonly narrow?: boolean;
  readonly optional?: boolean;
  readonly error?: ReactNode;
}

const Text = ({
  label,
  value,
  onChange,
  placeholder,
  secret,
  narrow,
  optional,
  error,
}: TextProps): ReactNode => {
  const id = `connection-${label.toLowerCase()}`;
  return (
    <div className={narrow ? 'field narrow' : 'field'}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type={secret ? 'password' : 'text'}
        value={value}
        required={!optional}
        placeholder={placeholder}
        aria-invalid={error ? true : undefined}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      {error}
    </div>
  );
};
