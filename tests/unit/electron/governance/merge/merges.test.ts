import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Merges } from '../../../../../electron/governance/merge/merges.ts';
import type { OpenedJournal } from '../../../../../electron/journal/open-journal.ts';
import { OpenSheet } from '../../../../../electron/sheets/open-sheet.ts';
import type { Warehouse } from '../../../../../electron/warehouse/adapter.ts';
import { AppError } from '../../../../../shared/model/failure.ts';
import { setStep } from '../../../shared/plan/steps.ts';
import { AT, scratchJournal } from '../../journal/scratch.ts';
import { type Cell, definition } from '../../sheets/sheet-fixture.ts';
import { fullRights } from '../loaded-sheet.ts';

type Rows = readonly (readonly Cell[])[];

const SHEET = definition.id;
const KEY = '["1"]';
const rowsWith = (amount: string, name = 'one'): Rows => [
  ['1', name, amount, '2026-01-01'],
  ['2', 'two', '20', '2026-01-02'],
];

/** A sheet whose readings end when and how the test says. */
class Held {
  readonly scratch = scratchJournal();
  readonly journal: OpenedJournal = this.scratch.open();
  readonly told: string[] = [];
  readonly sheet: OpenSheet;
  readonly merges: Merges;
  #read: PromiseWithResolvers<Rows> = Promise.withResolvers();
  #ended: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor() {
    const warehouse: Pick<Warehouse, 'read'> = {
      read: async (_request, onChunk) => {
        const rows = await this.#read.promise;
        onChunk({ rows, flags: new Uint8Array(rows.length).fill(3) });
        return { truncated: false };
      },
    };
    this.sheet = new OpenSheet({
      definition,
      rights: fullRights(definition),
      warehouse: () => warehouse as Warehouse,
      journal: this.journal,
      clock: () => performance.now(),
      onReplaced: () => {},
      onRead: () => void this.merges.look(SHEET, 'all'),
    });
    this.merges = new Merges({
      journal: this.journal,
      sheetOf: () => this.sheet,
      tell: (name) => void this.told.push(name),
      now: () => new Date(AT),
      clock: () => performance.now(),
    });
    this.journal.watch((sheet, rows) => void this.merges.look(sheet, rows));
    this.sheet.onProgress(({ loading }) => loading || this.#ended.resolve());
  }

  async end(how: Rows | AppError): Promise<void> {
    if (how instanceof AppError) this.#read.reject(how);
    else this.#read.resolve(how);
    await this.#ended.promise;
    await this.merges.whenDone(SHEET);
  }

  again(): void {
    this.#read = Promise.withResolvers();
    this.#ended = Promise.withResolvers();
    this.sheet.refresh();
  }

  async edit(before: string, after: string): Promise<void> {
    this.journal.append(setStep([[KEY, 'amount', before, after]], SHEET));
    await this.merges.whenDone(SHEET);
  }

  close(): void {
    this.sheet.close();
    this.journal.close();
    this.scratch.remove();
  }
}

let held: Held;
beforeEach(() => {
  held = new Held();
});
afterEach(() => held.close());

const pending = (): number => held.journal.pending(SHEET).size;
const undecided = (): number => held.merges.undecided(SHEET).size;

describe('merging with rows as they were read', () => {
  test('a change made there too ends the edit, another one asks, and both end with their cause', async () => {
    await held.end(rowsWith('10'));
    await held.edit('10', '11');
    held.again();
    await held.end(rowsWith('12'));
    expect([pending(), undecided()]).toEqual([1, 1]);
    held.again();
    await held.end(rowsWith('11'));
    expect([pending(), undecided(), held.merges.settled(SHEET)]).toEqual([0, 0, 1]);
    held.merges.seen(SHEET);
    expect(held.merges.settled(SHEET)).toBe(0);
  });

  test('rows that are just being read ask nothing and end nothing: what is held may be older than what was seen', async () => {
    await held.end(rowsWith('100'));
    held.again();
    // Written to the warehouse since, and changed again by the person before the rows are here.
    await held.edit('200', '150');
    expect([pending(), undecided()]).toEqual([1, 0]);
    await held.end(rowsWith('200'));
    expect([pending(), undecided()]).toEqual([1, 0]);
  });

  test('rows that could not be read lately end no edit either', async () => {
    await held.end(rowsWith('100'));
    held.again();
    await held.end(new AppError('unavailable', 'link-lost', 'The link was lost.'));
    await held.edit('200', '100');
    expect(pending()).toBe(1);
  });

  test('rows of a batch whose end is not known are left alone until it is', async () => {
    await held.end(rowsWith('10'));
    await held.edit('10', '11');
    held.journal.submitted({ batch: 'b', sheet: SHEET, sha256: 'x', proof: null, at: AT });
    held.again();
    await held.end(rowsWith('12'));
    expect([pending(), undecided()]).toEqual([1, 0]);
    const failure = { kind: 'unavailable', code: 'x', message: 'X.' } as const;
    held.journal.settled('b', { kind: 'not-committed', batch: 'b', failure, conflicts: [], problems: [] });
    await held.merges.whenDone(SHEET);
    expect([pending(), undecided()]).toEqual([1, 1]);
  });

  test('what the warehouse reports and the rows here do not show stays until the edit changes', async () => {
    await held.end(rowsWith('10'));
    await held.edit('10', '11');
    held.merges.report(SHEET, [{ row: KEY, kind: 'missing', column: 'amount', base: '10', mine: '11' }]);
    await held.merges.look(SHEET, 'all');
    expect(undecided()).toBe(1);
    held.journal.undo(SHEET);
    await held.merges.whenDone(SHEET);
    expect(undecided()).toBe(0);
  });
});
