import { AppError } from '../../shared/model/failure.ts';
import { discardFlow } from './link-discard.ts';
import type { Flow, FlowParts } from './link-flow.ts';
import { type Counts, Matrix, type Point, pointName, pointNamed } from './link-matrix.ts';
import { openFlow } from './link-open.ts';
import { outboxFlow } from './link-outbox.ts';
import { periodFlow } from './link-period.ts';
import { returnFlow } from './link-return.ts';
import { reviewFlow } from './link-review.ts';
import { submitFlow } from './link-submit.ts';
import { openLinkWorld } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

/** What the lookup of a batch answers in the mutant: nothing ever arrived. */
const BLIND = `create or replace function writ.outcome(batch uuid) returns text language sql as $$ select 'not-committed' $$`;

const ENOUGH = 10;
/** Worlds side by side, in a pass over all points: a world mostly waits for its own server. */
const LANES = 3;

const FLOWS: Readonly<Record<string, (parts: FlowParts) => Promise<Flow>>> = {
  open: openFlow,
  submit: submitFlow,
  review: reviewFlow,
  period: periodFlow,
  outbox: (parts) => outboxFlow(parts, 'entry'),
  'outbox-review': (parts) => outboxFlow(parts, 'ledger'),
  discard: discardFlow,
  return: (parts) => returnFlow(parts, 'return'),
  withdraw: (parts) => returnFlow(parts, 'withdraw'),
};

/** A world of its own in which points are tried one after the other. */
const openLane = async (tally: Tally, seed: number, mutant: boolean) => {
  const world = await openLinkWorld();
  const { proxy } = world;
  const parts = { world, tally, random: randomFrom(seed) };
  const flows = new Map<string, Flow>();
  const flowOf = async (name: string): Promise<Flow> => {
    const made = flows.get(name) ?? (await FLOWS[name]?.(parts));
    if (!made) throw new Error(`There is no flow ${name}.`);
    flows.set(name, made);
    return made;
  };
  if (mutant) await world.admin.query(BLIND);
  return {
    /** Runs a flow with the link cut there: null, or the messages up to where it would be mended where it did not come to that. */
    run: async ({ flow, ...cut }: Point): Promise<Counts | null> => {
      let wasCut = false;
      let passed: Counts | null = null;
      const mend = (): void => {
        wasCut ||= proxy.wasCut();
        passed ??= { ...proxy.counted() };
        proxy.arm(null);
      };
      const made = await flowOf(flow);
      const place = pointName({ flow, ...cut });
      await made.run({ begin: () => proxy.arm(cut), resume: mend, down: proxy.down, place });
      mend();
      return wasCut ? null : passed;
    },
    /** The messages of a flow up to where the link would be mended, in a run without a cut. */
    count: async (flow: string): Promise<Counts> => {
      let counts: Counts | null = null;
      const made = await flowOf(flow);
      await made.run({
        begin: () => proxy.arm(null),
        resume: () => {
          counts ??= { ...proxy.counted() };
        },
        down: proxy.down,
        place: `${flow}, uncut`,
      });
      return counts ?? { ...proxy.counted() };
    },
    close: world.close,
  };
};
type Lane = Awaited<ReturnType<typeof openLane>>;

/** The messages of runs of a flow; the first run has some of its own, and right after a cut there are more, for everything is asked for anew. */
const countMessages = async (lane: Lane, flow: string, whole: boolean): Promise<readonly Counts[]> => {
  const first = await lane.count(flow);
  if (!whole) return [first];
  const second = await lane.count(flow);
  await lane.run({ flow, to: 'server', message: 0, when: 'before' });
  return [second, await lane.count(flow)];
};

/** Only where the work was done and its answer was lost can the mutant show. */
const showsMutant = ({ to, when }: Point): boolean => (to === 'client') === (when === 'before');

export const linkSuite: FaultSuite = {
  name: 'link',
  about: 'a link cut at any message between backend and server loses nothing and is never answered untruly',
  mutant: 'without the lookup of a batch',
  run: async ({ seed, seconds, whole = false, mutant = false, part, at, onProgress }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const only = at === undefined ? null : pointNamed(at);
    if (at !== undefined && !only && !FLOWS[at])
      throw new Error('A point is named FLOW/server|client/MESSAGE/before|after, or all of a flow FLOW.');
    const wanted = mutant ? 'submit' : (only?.flow ?? at);
    const names = Object.keys(FLOWS).filter((name) => name === (wanted ?? name));
    const lanes: Lane[] = [];
    try {
      const width = whole && !only ? LANES : 1;
      for (let n = 0; n < width; n++) lanes.push(await openLane(tally, random.below(2 ** 31), mutant));
      const [first] = lanes;
      if (!first) throw new Error('No lane is open.');
      if (only) {
        const passed = await first.run(only);
        tally.runs++;
        tally.note(passed === null ? 'the link was cut there' : 'the point was not reached');
        return tally.result('link', seed);
      }
      const matrix = new Matrix(part, mutant ? showsMutant : undefined);
      for (const name of names)
        for (const counts of await countMessages(first, name, whole)) matrix.add(name, counts);
      matrix.shuffle(random.shuffled);
      const left = deadline(seconds);
      const goesOn = (): boolean => (mutant ? tally.clean && left() : whole || left() || tally.runs < ENOUGH);
      await Promise.all(
        lanes.map(async (_, n) => {
          for (let point = matrix.next(); point && goesOn(); point = matrix.next()) {
            const lane = lanes[n];
            if (!lane) return;
            try {
              matrix.tried(point, await lane.run(point));
            } catch (error) {
              tally.breach('untrue', `${pointName(point)}: ${AppError.wrap(error).message}`);
              // What it has left behind would be found again and again.
              await lane.close();
              lanes[n] = await openLane(tally, random.below(2 ** 31), mutant);
            }
            tally.runs++;
            onProgress?.(matrix.coverage());
          }
        }),
      );
      tally.points = matrix.coverage();
      for (const { flow, tried, of, elsewhere } of matrix.byFlow()) {
        const more = elsewhere > 0 ? `; ${elsewhere} more were in longer runs only` : '';
        tally.note(`${flow}: ${tried} of ${of} points${more}`);
      }
      return tally.result('link', seed, mutant ? 1 : ENOUGH);
    } finally {
      for (const lane of lanes) await lane.close();
    }
  },
};
