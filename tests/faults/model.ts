import fc from 'fast-check';
import { governTable } from '../../electron/governance/install.ts';
import { openWorld, type World } from '../warehouse/backend-world.ts';
import { type Command, command, STORED } from './model-commands.ts';
import { ModelPerson, SOURCE } from './model-person.ts';
import { ModelRun } from './model-run.ts';
import { type FaultResult, type FaultSuite, Tally } from './suite.ts';

/** One sequence of commands from a fresh start; throws what it found, for fast-check to shrink. */
const runCommands = async (
  world: World,
  commands: readonly Command[],
  mutant: boolean,
  tally: Tally,
): Promise<void> => {
  await world.admin.query(`delete from plan.model;
    insert into plan.model select i, 'start' from generate_series(1, ${STORED.length}) i`);
  world.proxy.arm(null);
  const person = await ModelPerson.start(world.proxy.port, mutant);
  const own = new Tally();
  try {
    const run = new ModelRun(world, person, own);
    await run.begin();
    for (const [n, each] of commands.entries()) {
      await run.step(each, n);
      if (!own.clean) break;
    }
    if (own.clean) await run.end();
  } finally {
    world.proxy.arm(null);
    await person.stop();
  }
  tally.runs++;
  const { problems } = own.result('', 0, 0);
  if (problems.length > 0) throw new Error(problems.join('\n'));
};

export const modelSuite: FaultSuite = {
  name: 'model',
  about:
    'random edits, new and deleted rows, undo, submits, cuts, kills and changes by others do what a simple model says',
  mutant: 'whose journal is not on disk when it answers',
  run: async ({ seed, seconds, mutant = false }): Promise<FaultResult> => {
    const tally = new Tally();
    const world = await openWorld();
    try {
      await world.admin.query(`create table plan.model (id int primary key, v text not null);
        grant select, insert, update, delete on plan.model to ann`);
      await governTable(world.admin, { ...SOURCE, key: ['id'] });
      const found = await fc.check(
        fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 40, size: 'max' }), (commands) =>
          runCommands(world, commands, mutant, tally),
        ),
        {
          seed,
          numRuns: 1_000_000,
          interruptAfterTimeLimit: seconds * 1000,
          markInterruptAsFailure: false,
          endOnFailure: mutant,
        },
      );
      if (found.failed)
        tally.breach('lost', `${found.errorInstance}\nafter ${JSON.stringify(found.counterexample)}`);
      return tally.result('model', seed);
    } finally {
      await world.close();
    }
  },
};
