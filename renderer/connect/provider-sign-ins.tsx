import { LogIn } from 'lucide-react';
import type { ReactNode } from 'react';
import { isSameProvider } from '../../shared/model/claim-choice.ts';
import { type Connection, signInOf } from '../../shared/model/connection.ts';
import { Button } from '../ui/button.tsx';

export interface ProviderSignInsProps {
  readonly connections: readonly Connection[];
  readonly busy: boolean;
  /** One of the provider's connections stands for all. */
  readonly onSignIn: (connection: Connection) => void;
}

/** For each provider with several connections that claims choose from: one sign-in that opens the one meant for the person. */
export const ProviderSignIns = ({ connections, busy, onSignIn }: ProviderSignInsProps): ReactNode =>
  choosing(connections).map((connection) => (
    <p key={connection.id} className="provider-sign-in">
      <Button look="primary" isDisabled={busy} onPress={() => onSignIn(connection)}>
        <LogIn size={15} aria-hidden /> Sign in at {providerOf(connection)}
      </Button>
      <span className="quiet">Opens the connection that is meant for your groups.</span>
    </p>
  ));

/** The first connection of each provider that has at least two of which a claim may choose one. */
const choosing = (connections: readonly Connection[]): readonly Connection[] => {
  const seen: Connection[] = [];
  for (const each of connections) {
    const method = signInOf(each);
    if (method.kind !== 'oidc' || seen.some((one) => isSameProvider(method, signInOf(one)))) continue;
    const all = connections.filter((one) => isSameProvider(method, signInOf(one)));
    const choices = all.filter((one) => {
      const other = signInOf(one);
      return other.kind === 'oidc' && (other.byClaim?.choices.length ?? 0) > 0;
    });
    if (all.length > 1 && choices.length > 0) seen.push(each);
  }
  return seen;
};

const providerOf = (connection: Connection): string => {
  const method = signInOf(connection);
  return method.kind === 'oidc' ? method.issuer.replace(/^https?:\/\//, '') : '';
};
