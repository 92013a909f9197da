// Opens a backend over a folder, keeps one edit, says so, and waits to be killed.
import { AppError } from '../../shared/model/failure.ts';
import { attachClient, setting } from '../support/backend-client.ts';
import { testBackend } from '../support/test-backend.ts';

const [folder = '', user = '', password = '', passphrase = ''] = process.argv.slice(2);
const absent = () => Promise.reject(new AppError('unavailable', 'keychain-unavailable', 'None here.'));

const backend = await testBackend(folder, {
  keychain: {
    state: async () => ({ available: false, detail: 'None here.' }),
    get: absent,
    set: absent,
    delete: absent,
  },
});
const client = attachClient(backend);
await client.call('session.open', { connection: 'test', user, password, passphrase });
const source = { schema: 'plan', table: 'line' };
const { definition, pending } = await client.call('sheets.open', { source });
if (pending.rows.length === 0) {
  const step = setting(definition.id, 'amount', [['["C1","1"]', '100.00', '42.00']]);
  await client.call('edits.append', { step });
  process.stdout.write('kept\n');
} else process.stdout.write(`${JSON.stringify(pending.rows)}\n`);
setInterval(() => {}, 1_000);
