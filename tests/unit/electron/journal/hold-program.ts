import { openJournal } from '../../../../electron/journal/open-journal.ts';
import { AT, KEY } from './scratch.ts';

// Run as a process of its own: holds a journal until its input ends.
const [file = ''] = process.argv.slice(2);
const journal = openJournal({ file, key: KEY, now: () => new Date(AT) });
console.log('held');
process.stdin.once('end', () => journal.close()).resume();
