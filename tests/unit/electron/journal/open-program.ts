import { openJournal } from '../../../../electron/journal/open-journal.ts';
import { AT, KEY } from './scratch.ts';

// Run as a process of its own by recovery.test.ts; says what opening the journal gives.
const [file = ''] = process.argv.slice(2);
try {
  const journal = openJournal({ file, key: KEY, now: () => new Date(AT) });
  console.log(`${journal.pending('plan').size} rows`);
  journal.close();
} catch (error) {
  const { kind, code } = error as { kind: string; code: string };
  console.log(`${kind} ${code}`);
}
