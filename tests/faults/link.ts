import type { Cut } from '../support/cut-proxy.ts';
import { type Flow, openFlow, periodFlow, reviewFlow, submitFlow } from './link-flows.ts';
import { openLinkWorld } from './link-world.ts';
import { deadline, type FaultSuite, randomFrom, Tally } from './suite.ts';

interface Point extends Cut {
  readonly flow: Flow;
}

/** What the lookup of a batch answers in the mutant: nothing ever arrived. */
const BLIND = `create or replace function writ.outcome(batch uuid) returns text language sql as $$ select 'not-committed' $$`;

/** Counts of a flow vary by a few messages with what is prepared already; a cut that is never reached proves nothing. */
const MARGIN = 4;
const ENOUGH = 10;

export const linkSuite: FaultSuite = {
  name: 'link',
  about: 'a link cut at any message between backend and server loses nothing and is never answered untruly',
  mutant: 'without the lookup of a batch',
  run: async ({ seed, seconds, whole = false, mutant = false }) => {
    const tally = new Tally();
    const random = randomFrom(seed);
    const world = await openLinkWorld();
    const { proxy } = world;
    try {
      const parts = { world, tally, random };
      const all = [
        await openFlow(parts),
        await submitFlow(parts),
        await reviewFlow(parts),
        await periodFlow(parts),
      ];
      const flows = mutant ? all.filter(({ name }) => name === 'submit') : all;
      if (mutant) await world.admin.query(BLIND);
      const run = async (flow: Flow, cut: Cut | null): Promise<void> => {
        const place = `${flow.name}, ${cut ? `${cut.when} message ${cut.message} to the ${cut.to}` : 'uncut'}`;
        await flow.run({ begin: () => proxy.arm(cut), resume: () => proxy.arm(null), place });
        proxy.arm(null);
      };
      const points: Point[] = [];
      for (const flow of flows) {
        const counts = { server: 0, client: 0 };
        for (let turn = 0; turn < 2; turn++) {
          await flow.run({
            begin: () => proxy.arm(null),
            resume: () => {
              const { server, client } = proxy.counted();
              counts.server = Math.max(counts.server, server);
              counts.client = Math.max(counts.client, client);
            },
            place: `${flow.name}, uncut`,
          });
        }
        for (const to of ['server', 'client'] as const)
          for (let message = 0; message < counts[to] + MARGIN; message++)
            for (const when of ['before', 'after'] as const) points.push({ flow, to, message, when });
      }
      // Only where the work was done and its answer was lost can the mutant show.
      const tried = mutant
        ? points.filter(({ to, when }) => (to === 'client') === (when === 'before'))
        : points;
      const left = deadline(seconds);
      for (let pass = 0; pass === 0 || left(); pass++) {
        for (const { flow, ...cut } of random.shuffled(tried)) {
          if (!left() && tally.runs >= ENOUGH && !(whole && pass === 0)) break;
          await run(flow, cut);
          tally.runs++;
          if (mutant && !tally.clean) break;
        }
        if (mutant && !tally.clean) break;
      }
      return tally.result('link', seed, mutant ? 1 : ENOUGH);
    } finally {
      await world.close();
    }
  },
};
