import { buffer } from 'node:stream/consumers';
import type { HeldEdits } from '../../shared/contract/connections.ts';
import { AppError } from '../../shared/model/failure.ts';
import { profileName, removeProfileFiles } from '../profiles.ts';
import { forgetClaims } from './claims.ts';
import type { Handlers } from './context.ts';
import { heldFile, heldOf, usersOf } from './held-edits.ts';

/** What is held for a connection as a file, for whoever is about to delete it. */
export const heldAsFile: Handlers['connections.edits'] = async (client, { id, passphrase }) => {
  const { csv, rows, unread } = await heldFile(client, id, passphrase);
  const bytes = new Uint8Array(await buffer(csv));
  return { file: { fileName: 'writ-edits.csv', type: 'text/csv', bytes, rows }, unread };
};

/** Deletes everything of a removed connection, for all who worked with it here, once it is surely what the person was told. */
export const eraseConnection: Handlers['connections.erase'] = async (client, { id, seen, passphrase }) => {
  const { shared } = client;
  const { removed, logins } = shared.settings.read();
  const connection = removed.find((each) => each.id === id);
  if (!connection)
    throw new AppError(
      'invalid',
      'connection-unknown',
      'This connection is not among the removed ones any more.',
    );
  const users = usersOf(connection, logins);
  for (const user of users)
    if (await shared.profiles.find(id, user))
      throw new AppError(
        'conflict',
        'connection-in-use',
        'A window works with this connection. Leave it there first.',
      );
  if (counted(await heldOf(client, id, passphrase)) !== counted(seen))
    throw new AppError(
      'conflict',
      'edits-changed',
      'What lies here is not what was shown any more. Nothing was deleted; look at it again.',
    );
  for (const user of users) {
    const profile = profileName(id, user);
    await removeProfileFiles(shared.dataFolder, profile);
    await shared.passwords.forget(id, user);
    await shared.tokens.forget(profile);
    // Last: without the key nothing of what is left anywhere can be read.
    await shared.keys.forget(profile);
  }
  await shared.definitions.forget(id);
  forgetClaims(shared.settings, id);
  const now = shared.settings.read();
  const { [id]: _, ...others } = now.logins;
  shared.settings.update({ logins: others, removed: now.removed.filter((each) => each.id !== id) });
  return {};
};

const counted = (held: readonly HeldEdits[]): string =>
  JSON.stringify(held.map(({ user, rows, sheets, batches }) => [user, rows, sheets, batches]));
