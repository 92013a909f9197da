import { openJournal } from '../../electron/journal/open-journal.ts';
import type { EditStep } from '../../shared/model/edit.ts';

// Run as a process of its own by journal-kill.test.ts: appends without end and acknowledges each append on stdout.
const [file = '', keyHex = '', from = '0', paste = '1'] = process.argv.slice(2);
const journal = openJournal({ file, key: Buffer.from(keyHex, 'hex'), now: () => new Date() });

const stepOf = (n: number, cells: number): EditStep => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  sheet: 'plan',
  at: '2026-01-02T03:04:05.000Z',
  label: 'Edit',
  sets: {
    columns: ['amount'],
    rows: Array.from({ length: cells }, (_, i) => `["${n}","${i}"]`),
    columnOf: Array.from({ length: cells }, () => 0),
    before: Array.from({ length: cells }, () => null),
    after: Array.from({ length: cells }, (_, i) => `value ${n} ${i}`),
  },
});

process.stdout.write('ready\n');
for (let n = Number(from); ; n++) {
  const kind = n % 10;
  if (kind === 7) journal.undo('plan');
  else if (kind === 8) journal.redo('plan');
  else journal.append(stepOf(n, kind === 3 ? Number(paste) : 1));
  // Synchronous on pipes: it is out before the next append begins.
  process.stdout.write(`${n}\n`);
}
