// A backend in a process of its own, driven over stdin and stdout one JSON line a call, so that it can be killed or traced.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3-multiple-ciphers';
import { createBackend } from '../../electron/backend.ts';
import { Profile } from '../../electron/profile.ts';
import type { CommitStep, Warehouse } from '../../electron/warehouse/adapter.ts';
import { AppError } from '../../shared/model/failure.ts';
import { fileKeychain } from './file-keychain.ts';

const [folder = '', keychain = '', dieAt = ''] = process.argv.slice(2);
// Synchronous: what was said is out before this process can be killed.
const say = (line: unknown): void => void writeSync(1, `${JSON.stringify(line)}\n`);

/** Ends this process at a named step of a commit, as a crash would. */
const dieAtStep = (warehouse: Warehouse): Warehouse => ({
  ...warehouse,
  commit: (plan, definition, options) =>
    warehouse.commit(plan, definition, {
      ...options,
      onStep: (step: CommitStep) => {
        if (step === dieAt) process.kill(process.pid, 'SIGKILL');
      },
    }),
});
// The mutant of two programs on one profile: a journal that is shared.
if (dieAt === 'unlocked') {
  const pragma = Database.prototype.pragma;
  Database.prototype.pragma = function (
    this: Database,
    source: string,
    options?: { simple?: boolean },
  ): unknown {
    return pragma.call(this, source === 'locking_mode=EXCLUSIVE' ? 'locking_mode=NORMAL' : source, options);
  } as typeof pragma;
}

const getter = Object.getOwnPropertyDescriptor(Profile.prototype, 'warehouse')?.get;
if (dieAt !== '' && getter)
  Object.defineProperty(Profile.prototype, 'warehouse', {
    get(this: Profile): Warehouse {
      return dieAtStep(getter.call(this));
    },
  });

const backend = await createBackend({
  dataFolder: folder,
  version: '0.0.0',
  host: 'web',
  platform: 'test',
  timeZone: 'UTC',
  now: () => new Date(),
  uuid: randomUUID,
  keychain: fileKeychain(keychain),
});
const attached = backend.attach((name, event) => say({ event: name, data: event }));
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, name, input } = JSON.parse(line) as { id: number; name: string; input: unknown };
  attached.call(name, input).then(
    (answer) => say({ id, answer }),
    (error: unknown) => say({ id, failure: AppError.wrap(error).toFailure() }),
  );
}
await backend.close();
process.exit(0);
