import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { Connection, DemoPerson, Session } from '../../shared/model/connection.ts';
import type { Route } from './route.ts';

/** What the window knows before anybody is connected. */
export interface Basics {
  readonly info: OutputOf<'app.info'>;
  readonly settings: OutputOf<'settings.get'>;
  readonly connections: readonly Connection[];
  readonly people: readonly DemoPerson[];
}

export const loadBasics = async (client: BackendClient): Promise<Basics> => {
  const [info, settings, { connections, people }] = await Promise.all([
    client.call('app.info', {}),
    client.call('settings.get', {}),
    client.call('connections.list', {}),
  ]);
  return { info, settings, connections, people };
};

/** The sheet a demo opens with. */
export const DEMO_SHEET = { schema: 'plan', table: 'plan_line' } as const;

/**
 * Whom to be first: the person of the address, else the first person of the demo. A database of one's own is opened from the
 * address only where its password is kept; else null, and the connections are shown.
 */
export const firstSession = async (
  client: BackendClient,
  basics: Basics,
  route: Route | null,
): Promise<Session | null> => {
  const demo = basics.connections.find((connection) => connection.kind === 'embedded');
  const wanted = basics.connections.find((connection) => connection.id === route?.connection);
  if (route && wanted && wanted.kind !== 'embedded') {
    return client.call('session.open', { connection: wanted.id, user: route.user }).catch(() => null);
  }
  const [first] = basics.people;
  if (!demo || !first) return null;
  const user = basics.people.some((person) => person.user === route?.user)
    ? (route?.user ?? first.user)
    : first.user;
  return client.call('session.open', { connection: demo.id, user });
};
