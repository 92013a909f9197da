import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setting } from '../support/backend-client.ts';
import { type ChildBackend, startChildBackend } from '../support/child-backend.ts';
import { fileKeychain } from '../support/file-keychain.ts';
import { PASSWORD } from '../warehouse/backend-world.ts';
import { ask, openLinkWorld } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

const SOURCE = { schema: 'plan', table: 'line' };
const SHEET = JSON.stringify([SOURCE.schema, SOURCE.table]);
const ROW = '["C1","1"]';

/** Two programs are started on one profile at once; one of them has it, and what it kept is there when it is killed. */
export const instancesSuite: FaultSuite = {
  name: 'instances',
  about:
    'of two programs on one profile the second never writes, and takes over all when the first is killed',
  mutant: 'that does not lock the journal',
  run: async ({ seed, seconds, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const aside = mkdtempSync(join(tmpdir(), 'writ-instances-'));
    const keychain = join(aside, 'keychain');
    const world = await openLinkWorld(fileKeychain(keychain));
    const left = deadline(seconds);
    let value: string | null = null;
    let next = 0;

    const start = () =>
      startChildBackend({ folder: world.folder, keychain, ...(mutant ? { dieAt: 'unlocked' } : {}) });
    const signIn = async (child: ChildBackend): Promise<'in' | 'refused'> => {
      const asked = await ask(
        child.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD }),
      );
      if ('answer' in asked) return 'in';
      if (asked.failure.code !== 'journal-in-use')
        tally.breach('untrue', `refused with ${asked.failure.code}`);
      return 'refused';
    };
    /** What the sheet shows as pending in the cell. */
    const pendingOf = async (child: ChildBackend): Promise<string | null> => {
      const { pending } = await child.call('sheets.open', { source: SOURCE });
      const [row] = pending.rows;
      return row?.kind === 'update' ? (row.cells.memo?.after ?? null) : null;
    };
    const edit = async (child: ChildBackend): Promise<void> => {
      const to = `v${next++}`;
      await child.call('edits.append', { step: setting(SHEET, 'memo', [[ROW, value, to]]) });
      value = to;
    };

    const run = async (): Promise<void> => {
      const both = await Promise.all([start(), start()]);
      const [one, other] = both;
      try {
        const got = await Promise.all(both.map(signIn));
        if (got.filter((each) => each === 'in').length !== 1) {
          tally.breach('doubled', `two programs at once: ${got}`);
          return;
        }
        const [first, second] = got[0] === 'in' ? [one, other] : [other, one];
        if ((await pendingOf(first)) !== value)
          tally.breach('lost', `the first holds something else than ${value}`);
        for (let n = random.below(5); n >= 0; n--) {
          await edit(first);
          if ((n === 0 || random.next() < 0.5) && (await signIn(second)) === 'in')
            tally.breach('doubled', 'the second got in');
        }
        await first.kill();
        if ((await signIn(second)) !== 'in')
          tally.breach('lost', 'the second is refused after the first is gone');
        else if ((await pendingOf(second)) !== value)
          tally.breach('lost', `the second holds something else than ${value}`);
        else await edit(second);
      } finally {
        await Promise.all(both.map((child) => child.kill()));
        tally.runs++;
      }
    };
    try {
      do await run();
      while (left() && tally.clean);
      return tally.result('instances', seed);
    } finally {
      await world.close();
      rmSync(aside, { recursive: true, force: true });
    }
  },
};
