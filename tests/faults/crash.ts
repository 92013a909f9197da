import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inserting, setting } from '../support/backend-client.ts';
import { type ChildBackend, startChildBackend } from '../support/child-backend.ts';
import type { Cut } from '../support/cut-proxy.ts';
import { fileKeychain } from '../support/file-keychain.ts';
import { PASSWORD, type World } from '../warehouse/backend-world.ts';
import { finish, keptOf, WAYS, type Way } from './crash-ways.ts';
import { openTable, sheetOf, type Table } from './link-flow.ts';
import { arrive, type Held, heldBy, openLinkWorld, persist } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

/** Where the program is killed: at a named step of a way, or when it exchanges a message with the server. */
type Point =
  | { readonly way: Way; readonly kind: 'step'; readonly step: string }
  | { readonly way: Way; readonly kind: 'wire'; readonly to: Cut['to']; readonly message: number };
type Counts = Readonly<Record<Cut['to'], number>>;

const EDITS = 2;
const LANES = 2;
/** Whether a batch is known to have ended: a server that has not noticed the end of the program holds it for a moment. */
const TRIES = 500;
/** The point that shows the mutant: the server has not committed what the program has forgotten. */
const AT_MUTANT = 'submit, killed at step "written"';

const nameOf = (point: Point): string =>
  point.kind === 'step'
    ? `${point.way.name}, killed at step "${point.step}"`
    : `${point.way.name}, killed before message ${point.message} to the ${point.to}`;

/** A world of its own, in which one program after the other is killed. */
const openLane = async (tally: Tally, mutant: boolean) => {
  const aside = mkdtempSync(join(tmpdir(), 'writ-crash-'));
  const keychain = join(aside, 'keychain.json');
  const world: World = await openLinkWorld(fileKeychain(keychain));
  let run = 0;

  /** What the next start holds, compared with the table; what is not written yet is taken to its end then. */
  const afterwards = async (way: Way, before: Held, said: boolean, place: string): Promise<void> => {
    const { table } = way;
    const ann = await arrive(world, 'ann');
    let opened = await persist(() => openTable(ann, table));
    for (let tries = 0; opened.unresolved.length > 0 && tries < TRIES; tries++)
      opened = await persist(() => openTable(ann, table));
    if (opened.unresolved.length > 0) tally.breach('untrue', `${place}: never settled`);
    const written = (await heldBy(world, table)).counter > before.counter;
    if (said && !written) tally.breach('untrue', `${place}: told committed, but it is not`);
    // What waited is sent by itself while this looks at it.
    const kept = keptOf(opened);
    if (!written && kept !== EDITS) tally.breach('lost', `${place}: ${kept} of ${EDITS} edits kept`);
    const refused = await finish(world, ann, table);
    if (refused !== null) tally.breach('falseConflicts', `${place}: ${refused}`);
    const now = await heldBy(world, table);
    const came = now.tags.filter((tag) => tag === `t${run}`).length;
    if (now.counter > before.counter + 1 || came > 1)
      tally.breach('doubled', `${place}: ${JSON.stringify(now)}`);
    if (!mutant && (came === 0 || now.counter === before.counter))
      tally.breach('lost', `${place}: ${JSON.stringify(now)}`);
    await ann.call('session.close', {});
    ann.close();
  };

  const enterEdits = async (child: ChildBackend, table: Table, counter: number): Promise<void> => {
    const sheet = sheetOf(table);
    await child.call('session.open', { connection: 'test', user: 'ann', password: PASSWORD });
    await child.call('sheets.open', { source: { schema: 'plan', table } });
    await child.call('edits.append', {
      step: setting(sheet, 'n', [['["1"]', String(counter), String(counter + 1)]]),
    });
    const values = { tag: `t${run}`, n: '1' };
    await child.call('edits.append', { step: inserting(sheet, `new:${randomUUID()}`, values) });
  };

  /** One program's life: edits are kept, they go their way, and the process ends in it. Answers what was counted, and whether it was killed. */
  const live = async (way: Way, point: Point | null): Promise<Counts & { readonly killed: boolean }> => {
    run++;
    const { table } = way;
    const before = await heldBy(world, table);
    world.proxy.arm(null);
    const dieAt = point?.kind === 'step' ? { dieAt: point.step } : {};
    const child = await startChildBackend({ folder: world.folder, keychain, ...dieAt });
    let killed = false;
    void child.ended.then(() => {
      killed = true;
    });
    try {
      await enterEdits(child, table, before.counter);
      const said = await way.go(child, world, () => world.proxy.arm(cutOf(point, child))).catch(() => false);
      const { server, client } = world.proxy.counted();
      if (world.proxy.wasCut()) await child.ended;
      const died = killed;
      await child.quit();
      world.proxy.arm(null);
      if (mutant) rmSync(join(world.folder, 'journals'), { recursive: true });
      await afterwards(way, before, said, point ? nameOf(point) : `${way.name}, not killed`);
      return { server, client, killed: died };
    } finally {
      // One that goes on working would write into a folder that is being removed.
      await child.kill();
    }
  };

  return {
    live,
    close: async (): Promise<void> => {
      await world.close();
      rmSync(aside, { recursive: true, force: true });
    },
  };
};
/** The program is killed when the message of the point is on its way. */
const cutOf = (point: Point | null, child: ChildBackend): Cut | null =>
  point?.kind === 'wire'
    ? { to: point.to, message: point.message, when: 'before', onHit: () => void child.kill() }
    : null;

type Lane = Awaited<ReturnType<typeof openLane>>;

const stepsOf = (way: Way): readonly Point[] => way.steps.map((step): Point => ({ way, kind: 'step', step }));

/** After a message is before the next one: the end of a program cuts all its connections at once. */
const messagesOf = (way: Way, counts: Counts): readonly Point[] =>
  (['server', 'client'] as const).flatMap((to) =>
    Array.from({ length: counts[to] }, (_, message): Point => ({ way, kind: 'wire', to, message })),
  );

/** The program is killed in the middle of a submit, and what the next start makes of it is compared with the table. */
export const crashSuite: FaultSuite = {
  name: 'crash',
  about: 'a program killed at any step of a submit keeps its edits and settles the batch once',
  mutant: 'that forgets what was kept when it starts again',
  run: async ({
    seed,
    seconds,
    whole = false,
    mutant = false,
    part = { index: 1, of: 1 },
    at = '',
    onProgress,
  }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const lanes: Lane[] = [];
    try {
      for (let n = 0; n < (whole ? LANES : 1); n++) lanes.push(await openLane(tally, mutant));
      const [first] = lanes;
      if (!first) throw new Error('No lane is open.');
      const named = WAYS.flatMap(stepsOf);
      const wire: Point[] = [];
      // A short search looks at one way, and in it at as many steps as there is time for.
      for (const way of whole ? WAYS : random.shuffled(WAYS).slice(0, mutant ? 0 : 1))
        wire.push(...messagesOf(way, await first.live(way, null)));
      const own = [...named, ...wire].filter((_, n) => n % part.of === part.index - 1);
      const wanted = mutant ? AT_MUTANT : at;
      const all = (mutant ? named : own).filter((point) => nameOf(point).includes(wanted));
      const left = deadline(seconds);
      const queue = whole || mutant ? [...all] : random.shuffled(all);
      let tried = 0;
      // One that fails waits for the others: their programs still work in their folders.
      const ended = await Promise.allSettled(
        lanes.map(async (lane) => {
          try {
            for (let point = queue.shift(); point && (whole || left() || tally.runs === 0); ) {
              const { killed } = await lane.live(point.way, point);
              if (killed) tried++;
              else if (point.kind === 'step') tally.breach('untrue', `${nameOf(point)}: never came there`);
              tally.runs++;
              onProgress?.({ tried, of: all.length });
              point = queue.shift();
            }
          } catch (error) {
            queue.length = 0;
            throw error;
          }
        }),
      );
      for (const each of ended) if (each.status === 'rejected') throw each.reason;
      tally.points = { tried, of: all.length };
      tally.note(`${named.length} named steps and ${wire.length} messages of ${WAYS.length} ways`);
    } catch (error) {
      // What failed is told, not that its world could not be removed after that.
      await Promise.allSettled(lanes.map((lane) => lane.close()));
      throw error;
    }
    for (const lane of lanes) await lane.close();
    return tally.result('crash', seed);
  },
};
