import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitStep } from '../../electron/warehouse/adapter.ts';
import { inserting, setting } from '../support/backend-client.ts';
import { type ChildBackend, startChildBackend } from '../support/child-backend.ts';
import type { Cut } from '../support/cut-proxy.ts';
import { fileKeychain } from '../support/file-keychain.ts';
import { PASSWORD } from '../warehouse/backend-world.ts';
import { arrive, ask, heldBy, openLinkWorld, openLive, persist } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

const SHEET = JSON.stringify(['plan', 'entry']);
const SOURCE = { schema: 'plan', table: 'entry' };
const STEPS: readonly CommitStep[] = ['begun', 'written', 'committing', 'committed'];

type Point =
  | { readonly kind: 'step'; readonly step: CommitStep }
  | { readonly kind: 'wire'; readonly cut: Cut };

/** Where the program is killed: at the named steps of a commit, and at the messages it exchanges with the server. */
const pointsOf = (counts: { readonly server: number; readonly client: number }): readonly Point[] => [
  ...STEPS.map((step): Point => ({ kind: 'step', step })),
  ...(['server', 'client'] as const).flatMap((to) =>
    Array.from({ length: counts[to] }, (_, message) =>
      (['before', 'after'] as const).map((when): Point => ({ kind: 'wire', cut: { to, message, when } })),
    ).flat(),
  ),
];

const nameOf = (point: Point): string =>
  point.kind === 'step'
    ? `killed at step "${point.step}"`
    : `killed ${point.cut.when} message ${point.cut.message} to the ${point.cut.to}`;

/** The program is killed in the middle of a submit, and what the next start makes of it is compared with the table. */
export const crashSuite: FaultSuite = {
  name: 'crash',
  about: 'a program killed at any step of a submit keeps its edits and settles the batch once',
  mutant: 'that forgets what was kept when it starts again',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const aside = mkdtempSync(join(tmpdir(), 'writ-crash-'));
    const keychain = join(aside, 'keychain');
    const world = await openLinkWorld(fileKeychain(keychain));
    let run = 0;

    const signIn = async (child: ChildBackend): Promise<void> => {
      await child.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD });
      await child.call('sheets.open', { source: SOURCE });
    };

    /** One program's life: edits are kept, a submit begins, and the process ends in it. Answers what was counted. */
    const live = async (point: Point | null): Promise<{ server: number; client: number }> => {
      run++;
      const place = point ? nameOf(point) : 'not killed';
      const before = await heldBy(world, 'entry');
      world.proxy.arm(null);
      const child = await startChildBackend({
        folder: world.folder,
        keychain,
        ...(point?.kind === 'step' ? { dieAt: point.step } : {}),
      });
      await signIn(child);
      const { counter } = before;
      await child.call('edits.append', {
        step: setting(SHEET, 'n', [['["1"]', String(counter), String(counter + 1)]]),
      });
      const values = { tag: `t${run}`, n: String(run) };
      await child.call('edits.append', { step: inserting(SHEET, `new:${randomUUID()}`, values) });
      const cut = point?.kind === 'wire' ? { ...point.cut, onHit: () => void child.kill() } : null;
      world.proxy.arm(cut);
      const { sha256 } = await child.call('batches.preview', { sheet: SHEET }).catch(() => ({ sha256: '' }));
      const batch = randomUUID();
      const told = await ask(child.call('batches.commit', { sheet: SHEET, batch, sha256 }));
      const counts = world.proxy.counted();
      if (point === null || (cut !== null && !world.proxy.wasCut())) await child.quit();
      await child.ended;
      world.proxy.arm(null);
      if (mutant) rmSync(join(world.folder, 'journals'), { recursive: true });
      await afterwards(before, 'answer' in told && told.answer.kind === 'committed', place);
      return { server: counts.server, client: counts.client };
    };

    /** What the next start holds, compared with the table; what is pending still is submitted then. */
    const afterwards = async (
      before: Awaited<ReturnType<typeof heldBy>>,
      toldCommitted: boolean,
      place: string,
    ): Promise<void> => {
      const ann = await arrive(world, 'ann');
      let pending = 0;
      let open = 1;
      // A server that has not noticed the end of the program yet still holds the batch for a moment.
      for (let tries = 0; open > 0 && tries < 500; tries++) {
        const opened = await persist(() => openLive(ann, SOURCE));
        open = opened.unresolved.length;
        pending = opened.pending.rows.length;
      }
      const written = (await heldBy(world, 'entry')).counter - before.counter;
      if (open > 0) tally.breach('untrue', `${place}: never settled`);
      if (written === 0 && pending !== 2) tally.breach('lost', `${place}: ${pending} of 2 edits kept`);
      if (written > 0 && pending > 0)
        tally.breach('doubled', `${place}: written, and ${pending} pending still`);
      if (toldCommitted && written === 0) tally.breach('untrue', `${place}: told committed, but it is not`);
      if (written === 0 && pending > 0) {
        const { sha256 } = await ann.call('batches.preview', { sheet: SHEET });
        const again = await ann.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 });
        if (again.kind !== 'committed') tally.breach('falseConflicts', `${place}: ${JSON.stringify(again)}`);
      }
      const now = await heldBy(world, 'entry');
      const came = now.tags.filter((tag) => tag === `t${run}`).length;
      if (now.counter > before.counter + 1 || came > 1)
        tally.breach('doubled', `${place}: ${JSON.stringify(now)}`);
      if (!mutant && came === 0) tally.breach('lost', `${place}: ${JSON.stringify(now)}`);
      await ann.call('session.close', {});
      ann.close();
    };

    try {
      const counts = await live(null);
      const left = deadline(seconds);
      const points = random.shuffled(pointsOf(mutant ? { server: 0, client: 0 } : counts));
      const named = points.filter((point) => point.kind === 'step' && (!mutant || point.step === 'written'));
      const wire = points.filter(({ kind }) => kind === 'wire');
      for (let pass = 0; pass === 0 || (left() && !mutant); pass++) {
        for (const point of [...named, ...wire]) {
          if (!left() && !(whole && pass === 0) && point.kind === 'wire') break;
          await live(point);
          tally.runs++;
        }
      }
      return tally.result('crash', seed, named.length);
    } finally {
      await world.close();
      rmSync(aside, { recursive: true, force: true });
    }
  },
};
