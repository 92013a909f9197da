import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setting } from '../support/backend-client.ts';
import { type ChildBackend, startChildBackend } from '../support/child-backend.ts';
import { fileKeychain } from '../support/file-keychain.ts';
import { straceMissing } from '../support/strace.ts';
import { PASSWORD } from '../warehouse/backend-world.ts';
import { arrive, ask, openLinkWorld, openLive, persist } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, skippedResult, Tally } from './suite.ts';

const SOURCE = { schema: 'plan', table: 'line' };
const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);
const MONTHS = ['1', '2', '3', '4', '5', '6'] as const;
const BANNER_MS = 1_000;

/** What the disk says, at which call, once or from then on. */
const FAULTS = [
  { call: 'pwrite64', error: 'ENOSPC', lasting: true },
  { call: 'pwrite64', error: 'EIO', lasting: true },
  { call: 'fsync', error: 'EIO', lasting: true },
  { call: 'pwrite64', error: 'ENOSPC', lasting: false },
  { call: 'pwrite64', error: 'EROFS', lasting: true },
] as const;

/** The program runs while the disk refuses calls on its journal: what was refused is told, what was kept stays. */
export const diskSuite: FaultSuite = {
  name: 'disk',
  about: 'on a full or failing disk an edit that was not kept is told at once, and those before it stay',
  mutant: 'that is not told of the trouble',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const missing = straceMissing();
    if (missing !== null) return skippedResult('disk', seed, missing);
    const tally = new Tally();
    const random = randomFrom(seed);
    const aside = mkdtempSync(join(tmpdir(), 'writ-disk-'));
    const keychain = join(aside, 'keychain');
    const world = await openLinkWorld(fileKeychain(keychain));
    const left = deadline(seconds);

    const edit = (child: Pick<ChildBackend, 'call'>, month: string) =>
      child.call('edits.append', {
        step: setting(SHEET, 'memo', [[`["C1","${month}"]`, null, `m${month}`]]),
      });

    const run = async (fault: (typeof FAULTS)[number]): Promise<void> => {
      const when = 1 + random.below(fault.call === 'fsync' ? 4 : 8);
      const place = `${fault.error} at ${fault.call} ${when}${fault.lasting ? ' and later' : ''}`;
      const journals = join(world.folder, 'journals');
      const [name = ''] = readdirSync(journals).filter((each) => each.endsWith('.journal'));
      const file = join(journals, name);
      const child = await startChildBackend({
        folder: world.folder,
        keychain,
        under: [
          ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${fault.call}`],
          ...['-e', `inject=${fault.call}:error=${fault.error}:when=${when}${fault.lasting ? '+' : ''}`],
          ...['-P', file, '-P', `${file}-wal`],
        ],
      });
      const kept: string[] = ['1'];
      let refused: string | null = null;
      const opened = await ask(
        child
          .call('session.open', { connection: 'test', user: 'ann', password: PASSWORD })
          .then(() => child.call('sheets.open', { source: SOURCE })),
      );
      if ('failure' in opened && !opened.failure.code.startsWith('journal-'))
        tally.breach('untrue', `${place}: opening: ${opened.failure.code}`);
      if ('answer' in opened)
        for (const month of MONTHS.slice(1)) {
          const tried = await ask(edit(child, month));
          if ('answer' in tried) {
            kept.push(month);
            continue;
          }
          refused = month;
          const at = performance.now();
          if (!tried.failure.code.startsWith('journal-'))
            tally.breach('untrue', `${place}: ${tried.failure.code}`);
          const told = mutant
            ? null
            : await Promise.race([
                child.heard('journal.trouble', ({ message }) => message !== null),
                new Promise<null>((done) => setTimeout(() => done(null), BANNER_MS).unref()),
              ]);
          if (told === null || told.at - at > BANNER_MS)
            tally.breach('untrue', `${place}: no banner within a second`);
          if (fault.lasting) break;
          if ('failure' in (await ask(edit(child, month))))
            tally.breach('lost', `${place}: refused for good`);
          else {
            kept.push(month);
            refused = null;
            await child.heard('journal.trouble', ({ message }) => message === null);
          }
        }
      await child.kill();
      const ann = await arrive(world, 'ann');
      const { pending } = await persist(() => openLive(ann, SOURCE));
      const held = pending.rows.map(({ row }) => JSON.parse(row)[1] as string).sort();
      // Refused at the flush, an edit may have reached the disk all the same.
      const doubtful = fault.call === 'fsync' && refused !== null ? [...kept, refused].sort() : kept;
      if (![String(kept), String(doubtful)].includes(String(held)))
        tally.breach(held.length < kept.length ? 'lost' : 'untrue', `${place}: ${held} held, ${kept} kept`);
      await ann.call('edits.discard', { sheet: SHEET });
      await edit(ann, '1');
      await ann.call('session.close', {});
      ann.close();
      tally.runs++;
    };

    try {
      const ann = await arrive(world, 'ann');
      await openLive(ann, SOURCE);
      await edit(ann, '1');
      await ann.call('session.close', {});
      ann.close();
      for (let pass = 0; pass === 0 || (left() && !mutant); pass++)
        for (const fault of mutant ? FAULTS.slice(0, 1) : random.shuffled(FAULTS)) {
          if (!left() && tally.runs > 0 && !(whole && pass === 0)) break;
          await run(fault);
        }
      return tally.result('disk', seed);
    } finally {
      await world.close();
      rmSync(aside, { recursive: true, force: true });
    }
  },
};
