// A backend in a process of its own, driven over stdin and stdout one JSON line a call, so that it can be killed or traced.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { AppError } from '../../shared/model/failure.ts';
import { dieAtStep, shareJournals } from './die-at.ts';
import { fileKeychain } from './file-keychain.ts';
import { testBackend } from './test-backend.ts';

const [folder = '', keychain = '', dieAt = ''] = process.argv.slice(2);
// Synchronous: what was said is out before this process can be killed.
const say = (line: unknown): void => void writeSync(1, `${JSON.stringify(line)}\n`);

let submits = false;
if (dieAt === 'unlocked') shareJournals();
else if (dieAt !== '') dieAtStep(dieAt, () => submits);

const backend = await testBackend(folder, {
  keychain: fileKeychain(keychain),
});
const attached = backend.attach((name, event) => say({ event: name, data: event }));
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, name, input } = JSON.parse(line) as { id: number; name: string; input: unknown };
  submits ||= name === 'batches.preview';
  attached.call(name, input).then(
    (answer) => say({ id, answer }),
    (error: unknown) => say({ id, failure: AppError.wrap(error).toFailure() }),
  );
}
await backend.close();
process.exit(0);
