import { openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3-multiple-ciphers';
import { openJournal } from '../../electron/journal/open-journal.ts';
import { mixOf, PASTE } from './journal-mix.ts';

// A process of its own, to be killed: opens a journal, replays a mix, and notes in files beside the journal what it has
// acknowledged, and before it ends that it told of a recovery.
const [file = '', keyHex = '', seed = '', length = '', first = '', mutant = ''] = process.argv.slice(2);

if (mutant === 'unflushed') {
  const pragma = Database.prototype.pragma;
  Database.prototype.pragma = function (
    this: Database,
    source: string,
    options?: { simple?: boolean },
  ): unknown {
    if (source === 'synchronous') return 2;
    return pragma.call(this, source === 'synchronous=FULL' ? 'synchronous=OFF' : source, options);
  } as typeof pragma;
}

const acknowledged = openSync(`${file}-acknowledged`, 'a');
const journal = openJournal({
  file,
  key: Buffer.from(keyHex, 'hex'),
  now: () => new Date('2026-01-02T03:04:05Z'),
});
for (const operation of mixOf(Number(seed), Number(length), PASTE, Number(first))) {
  if (mutant === 'hasty') writeSync(acknowledged, '.');
  operation(journal);
  if (mutant !== 'hasty') writeSync(acknowledged, '.');
}
if (journal.recovery !== null) writeSync(openSync(`${file}-told`, 'a'), '.');
journal.close();
