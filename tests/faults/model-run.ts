import { randomUUID } from 'node:crypto';
import { deleting, inserting, setting } from '../support/backend-client.ts';
import type { World } from '../warehouse/backend-world.ts';
import { ask, isWritten, untilQuiet } from './link-world.ts';
import { type Command, IDS } from './model-commands.ts';
import { type Changes, type ModelPerson, SHEET } from './model-person.ts';
import { type Action, bars, isEdited, isUntouched, type Value, without } from './model-values.ts';
import type { Breach, Tally } from './suite.ts';

/**
 * What a person expects, said simply: a row shows what was last done to it, or what the table held when it was last read.
 * Everything real is compared with it after every command.
 */
export class ModelRun {
  readonly #world: World;
  readonly #person: ModelPerson;
  readonly #tally: Tally;
  readonly #shown = new Map<string, Value>();
  /** What the table held of each row when it was last read: of all rows, or of those a batch touched since. */
  readonly #read = new Map<string, Set<Value>>();
  #done: Action[] = [];
  #undone: Action[] = [];
  /** What was sent and is not known to have ended. */
  #open: Changes = new Map();
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

  async begin(): Promise<void> {
    const held = await this.#held();
    for (const row of IDS) {
      this.#read.set(row, new Set([held.get(row) ?? null]));
      this.#shown.set(row, held.get(row) ?? null);
    }
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

  #say(kind: Breach, what: string): void {
    this.#tally.breach(kind, `${this.#place}: ${what}`);
  }

  async #act(command: Command): Promise<void> {
    switch (command.kind) {
      case 'edit':
        return this.#edit(command.row, command.value);
      case 'insert':
        return this.#insert(command.row, command.value);
      case 'delete':
        return this.#delete(command.row);
      case 'undo':
        return this.#undo();
      case 'redo':
        return this.#redo();
      case 'discard':
        return this.#discard(command.row);
      case 'submit':
        return this.#down ? this.#queue() : this.#submit();
      case 'cancel':
        return this.#cancel();
      case 'cut':
        if (this.#down) return;
        this.#world.proxy.arm({ to: command.to, message: command.message, when: command.when });
        await this.#submit();
        await untilQuiet(this.#world);
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
      case 'other-insert':
        await this.#world.admin.query(
          'insert into plan.model (id, v) values ($2, $1) on conflict do nothing',
          [command.value, command.row],
        );
        return;
      case 'other-delete':
        await this.#world.admin.query('delete from plan.model where id = $1', [command.row]);
        return;
      case 'decide':
        return this.#down ? undefined : this.#decide(command.mine ? 'mine' : 'theirs');
      case 'refresh':
        return this.#down ? undefined : this.#refresh();
      case 'kill':
        await this.#person.kill(this.#down);
        return this.#down ? undefined : this.#reread();
    }
  }

  async #edit(row: string, value: string): Promise<void> {
    const before = this.#shown.get(row) ?? null;
    if (before === null) return;
    const step = setting(SHEET, 'v', [[this.#person.keyOf(row), before, value]]);
    await this.#keep(step, before === value ? [] : [{ row, from: before, to: value }], row);
  }

  async #insert(row: string, value: string): Promise<void> {
    const { pending, waiting } = await this.#person.look();
    // A row that is deleted and not yet written is still there under its key.
    if (this.#shown.get(row) !== null || pending.has(row) || this.#open.has(row)) return;
    if ([...waiting.values()].some((changes) => changes.has(row))) return;
    if ([...(this.#read.get(row) ?? [])].some((value) => value !== null)) return;
    const step = inserting(SHEET, `new:${randomUUID()}`, { id: row, v: value });
    await this.#keep(step, [{ row, from: null, to: value }], row);
  }

  async #delete(row: string): Promise<void> {
    const before = this.#shown.get(row) ?? null;
    if (before === null) return;
    const step = deleting(SHEET, this.#person.keyOf(row), { id: row, v: before });
    await this.#keep(step, [{ row, from: before, to: null }], row);
  }

  /** Keeps a step; refused is only what lies in a batch that waits or has not ended. */
  async #keep(step: ReturnType<typeof setting>, action: Action, row: string): Promise<void> {
    const { waiting } = await this.#person.look();
    const refused = await this.#person.change(() => this.#person.client.call('edits.append', { step }));
    const isWaiting = [...waiting.values()].some((changes) => changes.has(row));
    const barred = isWaiting || bars(this.#open.get(row));
    if (refused !== null) {
      if (!barred || !refused.startsWith('conflict row-')) this.#say('lost', `refused: ${refused}`);
      return;
    }
    if (action.length === 0) return;
    if (barred) this.#say('untrue', `row ${row} took an edit although its batch has not ended`);
    for (const { to } of action) this.#shown.set(row, to);
    this.#done.push(action);
    this.#undone = [];
  }

  async #undo(): Promise<void> {
    const refused = await this.#person.change(() => this.#person.client.call('edits.undo', { sheet: SHEET }));
    if (this.#unsure) return this.#adopt();
    const action = this.#done.length > this.#floor ? this.#done.pop() : undefined;
    if (refused !== null && (action || refused !== 'conflict edit-in-open-batch'))
      this.#say('lost', `undo: ${refused}`);
    if (!action) return;
    for (const { row, from } of action) this.#shown.set(row, from);
    this.#undone.push(action);
  }

  async #redo(): Promise<void> {
    const refused = await this.#person.change(() => this.#person.client.call('edits.redo', { sheet: SHEET }));
    if (this.#unsure) return this.#adopt();
    const action = this.#undone.at(-1);
    const barred = action?.some(({ row }) => bars(this.#open.get(row))) ?? false;
    if (refused !== null && !barred) this.#say('lost', `redo: ${refused}`);
    if (refused !== null || !action) return;
    this.#undone.pop();
    for (const { row, to } of action) this.#shown.set(row, to);
    this.#done.push(action);
  }

  /** What is pending goes, down to what a batch has sent; rows show what was read, or what the table holds by now. */
  async #discard(only: string | null): Promise<void> {
    const rows = only === null ? {} : { rows: [this.#person.keyOf(only)] };
    // What others wrote alike settles by itself, while nobody asks.
    await this.#person.open();
    const before = await this.#person.look();
    await this.#person.change(() => this.#person.client.call('edits.discard', { sheet: SHEET, ...rows }));
    await this.#person.open();
    const { shown, pending } = await this.#person.look();
    const held = await this.#held();
    const action: { row: string; from: Value; to: Value }[] = [];
    for (const row of IDS) {
      if (!before.pending.has(row) || (only !== null && only !== row)) continue;
      const [from, to] = [this.#shown.get(row) ?? null, shown.get(row) ?? null];
      const sent = this.#open.get(row);
      const expected = sent ? [sent.after] : [...(this.#read.get(row) ?? []), held.get(row) ?? null];
      if (!sent && pending.has(row)) this.#say('untrue', `row ${row} is pending after it was discarded`);
      if (!expected.includes(to))
        this.#say('lost', `row ${row} shows ${to} after discarding instead of ${expected.join(' or ')}`);
      if (!sent || before.pending.get(row)?.after !== sent.after) action.push({ row, from, to });
      this.#shown.set(row, to);
    }
    if (action.length === 0) return;
    this.#done.push(action);
    this.#undone = [];
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

  /** Pending rows that a preview shows: those that need a decision first are left out. */
  async #preview(): Promise<{
    readonly sha256: string;
    readonly sent: Changes;
    readonly all: Changes;
  } | null> {
    const { client } = this.#person;
    const all = (await this.#person.look()).pending;
    const previewed = await ask(client.call('batches.preview', { sheet: SHEET }));
    if ('failure' in previewed || previewed.answer.counts.rows === 0) return null;
    const { sha256, changes } = previewed.answer;
    const rows = new Set(changes.map(({ row }) => this.#person.idOfKey(row)));
    return { sha256, all, sent: new Map([...all].filter(([row]) => rows.has(row))) };
  }

  async #submit(): Promise<void> {
    const { client } = this.#person;
    const previewed = await this.#preview();
    if (!previewed) return;
    const { sent, all, sha256 } = previewed;
    const held = await this.#held();
    const answered = await ask(client.call('batches.commit', { sheet: SHEET, batch: randomUUID(), sha256 }));
    if ('failure' in answered) {
      if (answered.failure.kind !== 'unavailable') this.#say('falseConflicts', answered.failure.code);
      return;
    }
    const { answer } = answered;
    const cut = this.#world.proxy.wasCut();
    if (!cut) this.#world.proxy.arm(null);
    await untilQuiet(this.#world);
    const now = await this.#held();
    if (answer.kind === 'committed') {
      if (sent.size < all.size) this.#unsure = true;
      this.#written(sent, held, now, 'committed');
      // Steps undone that have to do with rows which came or went mean nothing any more.
      if (this.#undone.length > 0 && [...sent.values()].some(bars)) this.#unsure = true;
      this.#done = [];
      this.#floor = 0;
    }
    if (answer.kind === 'not-committed') {
      if (JSON.stringify([...now]) !== JSON.stringify([...held]))
        this.#say('untrue', 'not committed, but the table changed');
      const same = isUntouched(sent, held);
      if (answer.failure.kind !== 'unavailable' && same)
        this.#say('falseConflicts', JSON.stringify(answer.conflicts));
      // The same change by another person settles itself, and is undone no more.
      if (!same) this.#unsure = true;
    }
    if (answer.kind === 'unknown') [this.#floor, this.#open] = [this.#done.length, sent];
    else if (!cut) await this.#reread();
    if (cut) await this.#person.open();
  }

  /** What a batch is said to have written is there, over what was seen when it was entered. */
  #written(
    sent: Changes,
    before: ReadonlyMap<string, string>,
    now: ReadonlyMap<string, string>,
    said: string,
  ) {
    for (const [row, change] of sent) {
      const [was, is] = [before.get(row) ?? null, now.get(row) ?? null];
      if (is !== change.after) this.#say('untrue', `${said}, but row ${row} holds ${is}`);
      if (was !== change.before && was !== change.after)
        this.#say('lost', `row ${row}: ${was} of another was overwritten`);
    }
  }

  /** Without the link a submit waits. */
  async #queue(): Promise<void> {
    const previewed = await this.#preview();
    if (!previewed) return;
    const { sent, sha256 } = previewed;
    const { client } = this.#person;
    const queued = await ask(client.call('outbox.queue', { sheet: SHEET, batch: randomUUID(), sha256 }));
    if ('failure' in queued) {
      this.#say('lost', `submitting without the link: ${queued.failure.code}`);
      return;
    }
    await this.#person.open();
    this.#floor = without(this.#done.slice(0, this.#floor), sent).length;
    [this.#done, this.#undone] = [without(this.#done, sent), without(this.#undone, sent)];
  }

  /** The batch queued last is taken back: its edits are pending again, and no steps to undo. */
  async #cancel(): Promise<void> {
    const { waiting } = await this.#person.look();
    const [batch, changes] = [...waiting].at(-1) ?? [];
    if (!this.#down || batch === undefined) return;
    await this.#person.client.call('outbox.cancel', { batch });
    await this.#person.open();
    const { pending } = await this.#person.look();
    for (const row of changes?.keys() ?? [])
      if (!pending.has(row)) this.#say('lost', `row ${row} is not pending after its batch was taken back`);
  }

  async #resume(): Promise<void> {
    if (!this.#down) return;
    const { waiting } = await this.#person.look();
    const before = await this.#held();
    this.#world.proxy.arm(null);
    this.#down = false;
    if (!(await this.#person.settle())) this.#say('untrue', 'a batch was never settled');
    await this.#person.drain();
    await this.#person.settle();
    const now = await this.#held();
    const { pending } = await this.#person.look();
    for (const [batch, sent] of waiting) {
      const written = await isWritten(this.#world, batch);
      if (written) this.#written(sent, before, now, 'sent');
      else if (isUntouched(sent, before) && isUntouched(sent, now))
        this.#say('falseConflicts', `batch ${batch} was refused`);
      for (const row of sent.keys())
        if (!written && !pending.has(row) && (now.get(row) ?? null) !== sent.get(row)?.after)
          this.#say('lost', `row ${row} of a refused batch is not pending`);
      if (written)
        for (const row of sent.keys()) {
          const value = now.get(row);
          if (value === undefined) before.delete(row);
          else before.set(row, value);
        }
    }
    // Whether it was written shows in what can still be undone; how much that is, is not foretold here.
    [this.#floor, this.#open, this.#unsure] = [0, new Map(), true];
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const [{ pending }, held] = [await this.#person.look(), await this.#held()];
    if ([...pending].some(([row, { before }]) => (held.get(row) ?? null) !== before)) this.#unsure = true;
    await this.#person.refresh();
    for (const values of this.#read.values()) values.clear();
    await this.#reread();
  }

  /** What nobody here edited shows what the table holds; what was edited shows the edit, whatever happened below it. */
  async #reread(): Promise<void> {
    await this.#person.settle();
    const { shown, pending, undo, redo } = await this.#person.look();
    const held = await this.#held();
    for (const row of IDS) {
      this.#read.get(row)?.add(held.get(row) ?? null);
      const cell = pending.get(row);
      const is = shown.get(row) ?? null;
      if (cell && cell.before !== (held.get(row) ?? null)) this.#unsure = true;
      if (cell || is === this.#shown.get(row)) continue;
      // An edit that is gone must be in the table.
      if (!this.#unsure && isEdited(this.#done, row)) continue;
      // What undo and redo go back to lies on other ground now.
      if ([...this.#done, ...this.#undone].some((action) => action.some((each) => each.row === row)))
        this.#unsure = true;
      this.#shown.set(row, is);
    }
    // Nothing to go back to: from here on undo is foretold again.
    if (undo === null && redo === null) [this.#done, this.#undone, this.#unsure] = [[], [], false];
  }

  /** Takes over what is shown: it cannot be foretold, but it is one of the values there were. */
  async #adopt(): Promise<void> {
    const { shown } = await this.#person.look();
    for (const row of IDS) this.#shown.set(row, shown.get(row) ?? null);
  }

  async #held(): Promise<Map<string, string>> {
    const { rows } = await this.#world.admin.query<{ id: string; v: string }>(
      'select id::text, v from plan.model order by id',
    );
    return new Map(rows.map(({ id, v }) => [id, v]));
  }

  async #compare(): Promise<void> {
    const { shown, pending } = await this.#person.look();
    for (const row of IDS) {
      const [is, expected] = [shown.get(row) ?? null, this.#shown.get(row) ?? null];
      if (is !== expected) this.#say('lost', `row ${row} shows ${is} instead of ${expected}`);
    }
    for (const [row, { before, after }] of pending)
      if (before === after) this.#say('untrue', `row ${row} is pending and unchanged`);
  }
}
