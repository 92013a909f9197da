import type { ReactNode } from 'react';
import { type Connection, signInOf } from '../../shared/model/connection.ts';
import type { SignInMethod } from '../../shared/model/sign-in.ts';
import { ClaimFields } from './claim-fields.tsx';
import { SIGN_IN_CHOICES } from './connection-words.ts';
import { TextField } from './text-field.tsx';

export interface SignInFieldsProps {
  readonly connection: Connection;
  readonly locked: boolean;
  readonly errorAt: (field: string) => string | null;
  readonly choose: (() => Promise<string | null>) | null;
  readonly onChange: (signIn: SignInMethod) => void;
}

const FIRST: Readonly<Record<SignInMethod['kind'], SignInMethod>> = {
  password: { kind: 'password' },
  oidc: {
    kind: 'oidc',
    issuer: '',
    clientId: '',
    scopes: ['openid', 'profile', 'offline_access'],
    userClaim: 'preferred_username',
  },
  certificate: { kind: 'certificate', certFile: '', keyFile: '' },
};

/** How a person proves who they are, with what each way needs. */
export const SignInFields = (props: SignInFieldsProps): ReactNode => {
  const { connection, locked, onChange } = props;
  const method = signInOf(connection);
  return (
    <>
      <div className="field">
        <label htmlFor="connection-sign-in">Sign in with</label>
        <select
          id="connection-sign-in"
          className="input"
          value={method.kind}
          disabled={locked}
          onChange={(event) => onChange(FIRST[event.target.value as SignInMethod['kind']])}
        >
          {SIGN_IN_CHOICES.map(([kind, label]) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <MethodFields {...props} method={method} />
    </>
  );
};

const MethodFields = ({
  method,
  locked,
  errorAt,
  choose,
  onChange,
}: SignInFieldsProps & { readonly method: SignInMethod }): ReactNode => {
  switch (method.kind) {
    case 'password':
      return null;
    case 'oidc':
      return (
        <>
          <TextField
            label="Issuer"
            value={method.issuer}
            disabled={locked}
            placeholder="https://login.example.com/tenant"
            help="Exactly what the provider calls itself."
            onChange={(issuer) => onChange({ ...method, issuer: issuer.trim() })}
          />
          <div className="row">
            <TextField
              label="Client ID"
              value={method.clientId}
              disabled={locked}
              onChange={(clientId) => onChange({ ...method, clientId: clientId.trim() })}
            />
            <TextField
              label="Claim that names the user"
              value={method.userClaim}
              disabled={locked}
              onChange={(userClaim) => onChange({ ...method, userClaim: userClaim.trim() })}
            />
          </div>
          <div className="row">
            <TextField
              label="Scopes"
              value={method.scopes.join(' ')}
              disabled={locked}
              optional
              onChange={(scopes) => onChange({ ...method, scopes: scopes.split(' ') })}
            />
            <TextField
              label="Audience"
              value={method.audience ?? ''}
              disabled={locked}
              optional
              onChange={(audience) => onChange(withAudience(method, audience.trim()))}
            />
          </div>
          <ClaimFields
            method={method}
            locked={locked}
            onChange={(byClaim) => {
              const { byClaim: _, ...rest } = method;
              onChange(byClaim === undefined ? rest : { ...rest, byClaim });
            }}
          />
        </>
      );
    case 'certificate':
      return (
        <>
          <TextField
            label="Certificate file"
            value={method.certFile}
            disabled={locked}
            choose={choose}
            error={errorAt('certFile')}
            onChange={(certFile) => onChange({ ...method, certFile })}
          />
          <TextField
            label="Key file"
            value={method.keyFile}
            disabled={locked}
            choose={choose}
            error={errorAt('keyFile')}
            help="Stays where it is; it must be readable for you alone."
            onChange={(keyFile) => onChange({ ...method, keyFile })}
          />
        </>
      );
    default:
      return method satisfies never;
  }
};

const withAudience = (method: Extract<SignInMethod, { kind: 'oidc' }>, audience: string): SignInMethod => {
  const { audience: _, ...rest } = method;
  return audience === '' ? rest : { ...rest, audience };
};
