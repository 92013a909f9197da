import { createHash, randomBytes } from 'node:crypto';
import { createKeychain } from '../../../../electron/identity/keychain.ts';
import { createKeys } from '../../../../electron/identity/keys.ts';

// Run in a session bus of its own by secret-service.test.ts; prints one JSON object.
const [mode, account = '', folder = ''] = process.argv.slice(2);
const keychain = createKeychain({ timeout: 3_000 });
const state = await keychain.state();

const roundtrip = async () => {
  const before = await keychain.get(account);
  await keychain.set(account, 'c2VjcmV0IPCfmIA=');
  const kept = await keychain.get(account);
  const deleted = await keychain.delete(account);
  return { state, before, kept, deleted, after: await keychain.get(account) };
};

const attempt = async () => {
  try {
    await keychain.set(account, 'secret');
    return { code: 'no error' };
  } catch (error) {
    return { code: (error as { code: string }).code };
  }
};

/** The key of a profile, as a hash, or why there is none. */
const profile = async () => {
  try {
    const keys = createKeys({ keychain, folder, random: randomBytes });
    const { key, kept } = await keys.profileKey(account, { demo: false });
    return { kept, key: createHash('sha256').update(key).digest('hex') };
  } catch (error) {
    return { code: (error as { code: string }).code };
  }
};

const modes: Record<string, () => Promise<unknown>> = {
  roundtrip,
  profile,
  set: attempt,
  state: async () => state,
};
console.log(JSON.stringify(await modes[mode ?? 'state']?.()));
// A native call that hangs keeps the event loop alive.
process.exit(0);
