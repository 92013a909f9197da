import { existsSync } from 'node:fs';
import { type ConnectionsFile, connectionsFile } from '../../shared/model/administrator.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { journalFile, profileName } from '../profiles.ts';
import { demoPeople } from '../warehouse/embedded/people.ts';
import { forgetClaims, proposalsOf } from './claims.ts';
import { DEMO, refuseUnsafe } from './connect.ts';
import type { Client, Handlers, Shared } from './context.ts';
import { eraseConnection, heldAsFile } from './erase-connection.ts';
import { heldOf, usersOf } from './held-edits.ts';
import { testConnection } from './test-connection.ts';

type ConnectionHandlers = Pick<
  Handlers,
  | 'connections.list'
  | 'connections.save'
  | 'connections.held'
  | 'connections.edits'
  | 'connections.erase'
  | 'connections.remove'
  | 'connections.restore'
  | 'connections.export'
  | 'connections.import'
  | 'connections.test'
  | 'passwords.forget'
>;

export const connectionHandlers: ConnectionHandlers = {
  'connections.list': async ({ shared }) => {
    const { settings, administrator } = shared;
    const problem = administrator.problem();
    return {
      connections: [...connectionsOf(shared)],
      people: [...demoPeople],
      proposed: proposalsOf(settings, connectionsOf(shared)),
      managed: administrator.connections().map(({ id }) => id),
      passwords: [...(await shared.passwords.kept())],
      removed: settings.read().removed,
      rules: administrator.rules(),
      problems: [...(problem === null ? [] : [problem]), ...settings.problems()],
    };
  },
  'connections.save': async (client, { connection, moved }) => {
    const { shared } = client;
    refuseManaged(shared, connection);
    refuseUnsafe(connection);
    if (!moved) await refuseOtherPlace(client, connection);
    const { connections } = shared.settings.read();
    const known = connections.some((each) => each.id === connection.id);
    shared.settings.update({
      connections: known
        ? connections.map((each) => (each.id === connection.id ? connection : each))
        : [...connections, connection],
    });
    return { connection };
  },
  'connections.held': async (client, { id, passphrase }) => ({
    people: await heldOf(client, id, passphrase),
  }),
  'connections.edits': heldAsFile,
  'connections.erase': eraseConnection,
  'connections.remove': async ({ shared }, { id }) => {
    const { connections, removed, logins, signedOut } = shared.settings.read();
    const gone = connections.find((each) => each.id === id);
    if (!gone) return {};
    refuseManaged(shared, gone);
    const users = usersOf(gone, logins);
    for (const user of users) {
      if (await shared.profiles.find(id, user))
        throw new AppError(
          'conflict',
          'connection-in-use',
          'A window works with this connection. Go to another connection there, then remove it.',
        );
    }
    for (const user of users) {
      await shared.passwords.forget(id, user);
      await shared.tokens.forget(profileName(id, user));
    }
    const keeps = users.some((user) => existsSync(journalFile(shared.dataFolder, profileName(id, user))));
    shared.settings.update({
      connections: connections.filter((each) => each.id !== id),
      removed: [...removed.filter((each) => each.id !== id), ...(keeps ? [gone] : [])],
      signedOut: signedOut.filter((each) => each !== id),
    });
    forgetClaims(shared.settings, id);
    return {};
  },
  'connections.restore': ({ shared }, { id }) => {
    const { connections, removed } = shared.settings.read();
    const back = removed.find((each) => each.id === id);
    if (!back) throw unknown();
    refuseManaged(shared, back);
    shared.settings.update({
      connections: [...connections.filter((each) => each.id !== id), back],
      removed: removed.filter((each) => each.id !== id),
    });
    return { connection: back };
  },
  'connections.export': ({ shared }, { ids }) => {
    const connections = connectionsOf(shared).flatMap(({ user, ...connection }) =>
      connection.kind === 'embedded' || (ids && !ids.includes(connection.id)) ? [] : [connection],
    );
    const file: ConnectionsFile = { writ: 'connections', version: 1, connections };
    return { fileName: 'writ-connections.json', json: `${JSON.stringify(file, null, 2)}\n` };
  },
  'connections.import': ({ shared }, { json }) => {
    const { connections } = readConnections(json);
    const before = shared.settings.read().connections;
    const there = new Map(connectionsOf(shared).map((each) => [each.id, each]));
    const added: Connection[] = [];
    const known: string[] = [];
    for (const each of connections) {
      refuseUnsafe(each);
      const same = there.get(each.id);
      // A changed one comes in beside the other: edits here belong to the connection they were made on.
      if (same && isSame(same, each)) known.push(same.name);
      else added.push({ ...each, id: same ? shared.uuid() : each.id });
    }
    for (const each of added) refuseManaged(shared, each);
    if (added.length > 0) shared.settings.update({ connections: [...before, ...added] });
    return { added, known };
  },
  'connections.test': testConnection,
  'passwords.forget': async ({ shared }, { connection, user }) => {
    await shared.passwords.forget(connection, user);
    return {};
  },
};

/** A connection of the list; AppError `invalid` for one that is gone, `denied` for one the administrator does not allow. */
export const connectionOf = ({ shared }: Client, id: string): Connection => {
  const found = connectionsOf(shared).find((each) => each.id === id);
  if (found) return found;
  const { demo } = shared.administrator.rules();
  if (id === DEMO.id && !demo)
    throw new AppError(
      'denied',
      'administrator-locked',
      'The administrator has switched the demo workspace off.',
    );
  throw unknown();
};

/** The demo, then the administrator's connections, then the person's own, as far as the rules allow. */
export const connectionsOf = ({ settings, administrator }: Shared): readonly Connection[] => {
  const managed = administrator.connections();
  const { demo, ownConnections } = administrator.rules();
  const own = ownConnections || administrator.problem() !== null ? settings.read().connections : [];
  const { logins } = settings.read();
  return [
    ...(demo ? [DEMO] : []),
    ...managed.map((each) => ({ ...each, ...lastUser(logins[each.id]) })),
    ...own
      .filter(({ id }) => !managed.some((each) => each.id === id))
      .map((each) => ({ ...lastUser(logins[each.id]), ...each })),
  ];
};

const lastUser = (users: readonly string[] | undefined): { readonly user?: string } => {
  const last = users?.at(-1);
  return last === undefined ? {} : { user: last };
};

const unknown = (): AppError =>
  new AppError('invalid', 'connection-unknown', 'This connection is not in the list any more.');

const refuseManaged = ({ administrator }: Shared, { id, kind }: Connection): void => {
  if (id === DEMO.id || kind === 'embedded')
    throw new AppError('invalid', 'demo-connection', 'The demo workspace cannot be changed.');
  if (administrator.connections().some((each) => each.id === id))
    throw new AppError(
      'denied',
      'administrator-locked',
      'The administrator of this machine provides this connection; it cannot be changed here.',
    );
  if (!administrator.rules().ownConnections)
    throw new AppError(
      'denied',
      'administrator-locked',
      'The administrator of this machine provides the connections; none can be added or changed here.',
    );
};

/** Edits belong to the database they were made on; they must not be sent to another through a changed address. */
const refuseOtherPlace = async (client: Client, next: Connection): Promise<void> => {
  const before = client.shared.settings.read().connections.find(({ id }) => id === next.id);
  if (!before || (['host', 'port', 'database'] as const).every((part) => before[part] === next[part])) return;
  const held = await heldOf(client, next.id);
  if (held.length === 0) return;
  throw new AppError(
    'conflict',
    'edits-held',
    `Edits on this machine were made on ${before.database} at ${before.host}. Only if the same database is now reached at the new address may they go there; for another database, duplicate the connection.`,
    { details: { people: held.map(({ user }) => user) } },
  );
};

const readConnections = (json: string): ConnectionsFile => {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    throw new AppError(
      'invalid',
      'connections-file',
      'The file is no JSON. Choose one that was exported from Writ.',
    );
  }
  const parsed = connectionsFile.safeParse(raw);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'its top level';
  throw new AppError(
    'invalid',
    'connections-file',
    `The file is not a list of connections (at ${place}). Choose one that was exported from Writ.`,
    { details: { place } },
  );
};

const isSame = ({ user: _, ...known }: Connection, other: ConnectionsFile['connections'][number]): boolean =>
  JSON.stringify(Object.entries(known).sort()) === JSON.stringify(Object.entries(other).sort());
