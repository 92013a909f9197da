import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { governTable } from '../../electron/governance/install.ts';
import { setting } from '../support/backend-client.ts';
import { openWorld, type World } from '../warehouse/backend-world.ts';
import { ask } from './link-world.ts';
import { ModelPerson, SHEET, SOURCE } from './model-person.ts';
import { type FaultResult, type FaultSuite, Tally } from './suite.ts';

const ROWS = ['1', '2', '3'] as const;
const anyRow = fc.constantFrom(...ROWS);
const value = fc.constantFrom('a', 'b', 'c', 'd');

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('edit' as const), row: anyRow, value }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'redo' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('discard' as const), row: fc.option(anyRow) }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'submit' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      to: fc.constantFrom('server' as const, 'client' as const),
      message: fc.integer({ min: 0, max: 45 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'resume' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('other' as const), row: anyRow, value }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'refresh' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide' as const), mine: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

interface Done {
  readonly row: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What a person expects, said simply: a row shows what was last typed there, or what the table held when it was last read.
 * Everything real is compared with it after every command.
 */
class Run {
  readonly #world: World;
  readonly #person: ModelPerson;
  readonly #tally: Tally;
  readonly #shown = new Map<string, string>(ROWS.map((row) => [row, 'start']));
  #done: Done[] = [];
  #undone: Done[] = [];
  /** How many of `#done` an open batch holds; those are not undone. */
  #floor = 0;
  /** Undo is not foretold: rows changed under what it goes back to. */
  #unsure = false;
  #down = false;
  #place = '';

  constructor(world: World, person: ModelPerson, tally: Tally) {
    this.#world = world;
    this.#person = person;
    this.#tally = tally;
  }

  async step(command: Command, n: number): Promise<void> {
    this.#place = `step ${n}, ${JSON.stringify(command)}`;
    await this.#act(command);
    await this.#compare();
  }

  async end(): Promise<void> {
    this.#place = 'at the end';
    await this.#resume();
    await this.#compare();
  }

  #say(kind: 'lost' | 'doubled' | 'falseConflicts' | 'untrue', what: string): void {
    this.#tally.breach(kind, `${this.#place}: ${what}`);
  }

  async #act(command: Command): Promise<void> {
    switch (command.kind) {
      case 'edit':
        return this.#edit(command.row, command.value);
      case 'undo':
        return this.#undo();
      case 'redo':
        return this.#redo();
      case 'discard':
        return this.#discard(command.row);
      case 'submit':
        return this.#down ? undefined : this.#submit();
      case 'cut':
        if (this.#down) return;
        this.#world.proxy.arm({ to: command.to, message: command.message, when: command.when });
        await this.#submit();
        this.#down = this.#world.proxy.wasCut();
        if (!this.#down) this.#world.proxy.arm(null);
        return;
      case 'resume':
        return this.#resume();
      case 'other':
        await this.#world.admin.query('update plan.model set v = $1 where id = $2', [
          command.value,
          command.row,
        ]);
        return;
      case 'decide':
        return this.#down ? undefined : this.#decide(command.mine ? 'mine' : 'theirs');
      case 'refresh':
        return this.#down ? undefined : this.#refresh();
      case 'kill':
        // Signing in needs the server.
        await this.#resume();
        await this.#person.kill();
        return this.#reread();
    }
  }

  async #edit(row: string, value: string): Promise<void> {
    const before = this.#shown.get(row) ?? '';
    const step = setting(SHEET, 'v', [[JSON.stringify([row]), before, value]]);
    const refused = await this.#person.change(() => this.#person.client.call('edits.append', { step }));
    if (refused !== null) this.#say('lost', `an edit was refused: ${refused}`);
    if (before === value) return;
    this.#shown.set(row, value);
    this.#done.push({ row, from: before, to: value });
    this.#undone = [];
  }

  async #undo(): Promise<void> {
    const refused = await this.#person.change(() => this.#person.client.call('edits.undo', { sheet: SHEET }));
    if (this.#unsure) return this.#adopt();
    const action = this.#done.length > this.#floor ? this.#done.pop() : undefined;
    if (refused !== null && (action || refused !== 'conflict edit-in-open-batch'))
      this.#say('lost', `undo: ${refused}`);
    if (!action) return;
    this.#shown.set(action.row, action.from);
    this.#undone.push(action);
  }

  async #redo(): Promise<void> {
    const refused = await this.#person.change(() => this.#person.client.call('edits.redo', { sheet: SHEET }));
    if (refused !== null) this.#say('lost', `redo: ${refused}`);
    if (this.#unsure) return this.#adopt();
    const action = this.#undone.pop();
    if (!action) return;
    this.#shown.set(action.row, action.to);
    this.#done.push(action);
  }

  async #discard(row: string | null): Promise<void> {
    const rows = row === null ? {} : { rows: [JSON.stringify([row])] };
    await this.#person.change(() => this.#person.client.call('edits.discard', { sheet: SHEET, ...rows }));
    this.#unsure = true;
    await this.#adopt();
  }

  /** Decides what differs from what others wrote; keeping one's own changes nothing that is shown. */
  async #decide(kind: 'mine' | 'theirs'): Promise<void> {
    const { client } = this.#person;
    const { decided } = await client.call('merge.decide', { sheet: SHEET, where: {}, decision: { kind } });
    if (decided === 0) return;
    this.#unsure = true;
    await this.#person.settle();
    if (kind === 'theirs') await this.#adopt();
  }

  async #submit(): Promise<void> {
    const { client } = this.#person;
    const all = (await this.#person.look()).pending;
    const previewed = await ask(client.call('batches.preview', { sheet: SHEET }));
    if ('failure' in previewed || previewed.answer.counts.rows === 0) return;
    // Rows that need a decision first are left out, and the preview shows it.
    const sentRows = new Set(previewed.answer.changes.map(({ row }) => JSON.parse(row)[0] as string));
    const pending = new Map([...all].filter(([row]) => sentRows.has(row)));
    const held = await this.#held();
    const stale = [...pending].filter(
      ([row, { before, after }]) => ![before, after].includes(held.get(row) ?? ''),
    );
    const { sha256 } = previewed.answer;
    const sent = await ask(client.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 }));
    if ('failure' in sent) {
      if (sent.failure.kind !== 'unavailable') this.#say('falseConflicts', sent.failure.code);
      return;
    }
    const { answer } = sent;
    const cut = this.#world.proxy.wasCut();
    if (!cut) this.#world.proxy.arm(null);
    const now = await this.#held();
    const written = [...pending].every(([row, { after }]) => now.get(row) === after);
    if (answer.kind === 'committed') {
      if (pending.size < all.size) this.#unsure = true;
      if (!written) this.#say('untrue', 'committed, but the table holds something else');
      if (stale.length > 0) this.#say('lost', 'what another wrote was overwritten');
      this.#forget();
    }
    if (answer.kind === 'not-committed') {
      if (JSON.stringify([...now]) !== JSON.stringify([...held]))
        this.#say('untrue', 'not committed, but the table changed');
      const same = [...pending].every(([row, { before }]) => held.get(row) === before);
      if (answer.failure.kind !== 'unavailable' && same)
        this.#say('falseConflicts', JSON.stringify(answer.conflicts));
      // The same change by another person settles itself, and is undone no more.
      if (!same) this.#unsure = true;
    }
    if (answer.kind === 'unknown') this.#floor = this.#done.length;
    else if (!cut) await this.#reread();
  }

  /** Committed: what was sent can no longer be undone. */
  #forget(): void {
    this.#done = [];
    this.#floor = 0;
  }

  async #resume(): Promise<void> {
    this.#world.proxy.arm(null);
    if (!this.#down) return;
    this.#down = false;
    if (!(await this.#person.settle())) this.#say('untrue', 'a batch was never settled');
    // Whether it was written shows in what can still be undone; how much that is, is not foretold here.
    this.#floor = 0;
    this.#unsure = true;
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const [{ pending }, held] = [await this.#person.look(), await this.#held()];
    if ([...pending].some(([row, { before }]) => held.get(row) !== before)) this.#unsure = true;
    await this.#person.refresh();
    await this.#reread();
  }

  /** What nobody here edited shows what the table holds; what was edited shows the edit, whatever happened below it. */
  async #reread(): Promise<void> {
    await this.#person.settle();
    const { shown, pending, undo, redo } = await this.#person.look();
    const held = await this.#held();
    for (const row of ROWS) {
      const cell = pending.get(row);
      if (cell && cell.before !== held.get(row)) this.#unsure = true;
      if (cell || shown.get(row) === this.#shown.get(row)) continue;
      // An edit that is gone must be in the table.
      if (this.#edited(row) && this.#shown.get(row) !== shown.get(row)) continue;
      // What undo and redo go back to lies on other ground now.
      if ([...this.#done, ...this.#undone].some((action) => action.row === row)) this.#unsure = true;
      this.#shown.set(row, shown.get(row) ?? '');
    }
    // Nothing to go back to: from here on undo is foretold again.
    if (undo === null && redo === null) [this.#done, this.#undone, this.#unsure] = [[], [], false];
  }

  /** Typed back to what it began with, an edit is none any more. */
  #edited(row: string): boolean {
    const actions = this.#done.filter((action) => action.row === row);
    return !this.#unsure && actions[0]?.from !== actions.at(-1)?.to;
  }

  /** Takes over what is shown: it cannot be foretold, but it is one of the values there were. */
  async #adopt(): Promise<void> {
    const { shown } = await this.#person.look();
    for (const row of ROWS) this.#shown.set(row, shown.get(row) ?? '');
  }

  async #held(): Promise<Map<string, string>> {
    const { rows } = await this.#world.admin.query<{ id: string; v: string }>(
      'select id::text, v from plan.model order by id',
    );
    return new Map(rows.map(({ id, v }) => [id, v]));
  }

  async #compare(): Promise<void> {
    const { shown, pending } = await this.#person.look();
    for (const row of ROWS)
      if (shown.get(row) !== this.#shown.get(row))
        this.#say('lost', `row ${row} shows ${shown.get(row)} instead of ${this.#shown.get(row)}`);
    for (const [row, { before, after }] of pending)
      if (before === after) this.#say('untrue', `row ${row} is pending and unchanged`);
  }
}

/** One sequence of commands from a fresh start; throws what it found, for fast-check to shrink. */
const runCommands = async (
  world: World,
  commands: readonly Command[],
  mutant: boolean,
  tally: Tally,
): Promise<void> => {
  await world.admin.query(`update plan.model set v = 'start'`);
  world.proxy.arm(null);
  const person = await ModelPerson.start(world.proxy.port, mutant);
  const own = new Tally();
  try {
    const run = new Run(world, person, own);
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
  about: 'random edits, undo, submits, cuts, kills and changes by others do what a simple model says',
  mutant: 'whose journal is not on disk when it answers',
  run: async ({ seed, seconds, mutant = false }): Promise<FaultResult> => {
    const tally = new Tally();
    const world = await openWorld();
    try {
      await world.admin.query(`create table plan.model (id int primary key, v text not null);
        insert into plan.model select i, 'start' from generate_series(1, ${ROWS.length}) i;
        grant select, update on plan.model to ann`);
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
