import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkStep } from '../../../../electron/governance/check-step.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import { AppError } from '../../../../shared/model/failure.ts';
import type { SheetDefinition } from '../../../../shared/model/sheet.ts';
import { deleting, inserting, setting } from '../../../support/backend-client.ts';
import { growth, took } from '../../../support/growth.ts';
import { scratchJournal } from '../journal/scratch.ts';
import { column, definition as plain } from '../sheets/sheet-fixture.ts';
import { type LoadedSheetOptions, loadedSheet } from './loaded-sheet.ts';

const block = { severity: 'block', origin: 'definition' } as const;
const definition: SheetDefinition = {
  ...plain,
  columns: [
    column('id', { kind: 'integer', bits: 32 }, { readOnly: { cause: 'key', reason: 'The key is fixed.' } }),
    column('name', { kind: 'text', maxLength: 5 }, { rules: [{ kind: 'required', ...block }] }),
    column(
      'amount',
      { kind: 'decimal', precision: 9, scale: 2 },
      {
        rules: [
          { kind: 'range', min: '0', minExclusive: false, maxExclusive: false, ...block, severity: 'warn' },
        ],
        readOnlyWhen: { expression: 'name == "shut"', reason: 'The line is closed.' },
      },
    ),
    column(
      'total',
      { kind: 'decimal' },
      { readOnly: { cause: 'generated', reason: 'The database computes it.' } },
    ),
  ],
};
const rows = [
  ['1', 'a', '1.00', '1'],
  ['2', 'shut', '2.00', '2'],
  ['3', 'c', '3.00', '3'],
];
const ONE = '["1"]';

/** How a step ends: null when it is accepted, else kind, code and place of its refusal. */
const judge = async (
  step: Parameters<typeof checkStep>[1],
  options: Partial<LoadedSheetOptions> = {},
): Promise<string | null> => {
  const sheet = await loadedSheet({ definition, rows, ...options });
  try {
    checkStep(sheet, step, options.pending ?? new Map());
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { row, column: name } = error.details ?? {};
    return [error.kind, error.code, row, name].filter((each) => each !== undefined).join(' ');
  }
};
const set = (name: string, row: string, after: string | null) => setting('sheet', name, [[row, null, after]]);

describe('a step from the window', () => {
  test('passes when it keeps the rules, with a warning or not', async () => {
    expect(await judge(set('amount', ONE, '5.00'))).toBeNull();
    expect(await judge(set('amount', ONE, '-5.00'))).toBeNull();
  });

  test('is refused with the row and column where it does not', async () => {
    expect(await judge(set('amount', ONE, '5.001'))).toBe(`invalid type ${ONE} amount`);
    expect(await judge(set('name', ONE, null))).toBe(`invalid required ${ONE} name`);
    expect(await judge(set('total', ONE, '1'))).toBe(`denied column-read-only ${ONE} total`);
    expect(await judge(set('id', ONE, '9'))).toBe(`denied column-read-only ${ONE} id`);
  });

  test('cannot change a cell that the definition closes, by what the row holds now', async () => {
    expect(await judge(set('amount', '["2"]', '5'))).toBe('denied cell-read-only ["2"] amount');
    const cells = { name: { before: 'a', after: 'shut' } };
    const shut = new Map<string, PendingRow>([[ONE, { kind: 'update', row: ONE, cells }]]);
    expect(await judge(set('amount', ONE, '5'), { pending: shut })).toBe(
      `denied cell-read-only ${ONE} amount`,
    );
  });

  test('cannot do what the person has no right to', async () => {
    const reader = { updateColumns: ['name'], insertColumns: ['id', 'name'] };
    expect(await judge(set('amount', ONE, '5'), { rights: reader })).toBe(
      `denied column-denied ${ONE} amount`,
    );
    const added = inserting('sheet', 'new:1', { id: '9', name: 'x', amount: '1' });
    expect(await judge(added, { rights: reader })).toBe('denied column-denied new:1 amount');
    expect(await judge(added, { rights: { insert: false } })).toBe('denied insert-denied new:1');
    const gone = deleting('sheet', ONE, { id: '1' });
    expect(await judge(gone, { rights: { delete: false } })).toBe(`denied delete-denied ${ONE}`);
    expect(await judge(gone, { flags: [1, 3, 3] })).toBe(`denied row-denied ${ONE}`);
    expect(await judge(set('name', ONE, 'x'), { flags: [2, 3, 3] })).toBe(`denied row-denied ${ONE}`);
    expect(await judge(set('name', ONE, 'x'), { rights: { readOnlyReason: 'Closed.' } })).toMatch(
      'sheet-read-only',
    );
    expect(await judge(set('name', ONE, 'x'), { definition: { ...definition, key: [] } })).toMatch(
      'sheet-read-only',
    );
  });

  test('may fill the key of a new row, clear its cells, and edit or delete it again', async () => {
    expect(await judge(inserting('sheet', 'new:1', { id: '9', name: null }))).toBeNull();
    const values = { id: '9' };
    const pending = new Map<string, PendingRow>([['new:1', { kind: 'insert', row: 'new:1', values }]]);
    expect(await judge(set('id', 'new:1', '8'), { pending })).toBeNull();
    expect(await judge(set('name', 'new:1', null), { pending })).toBeNull();
    expect(await judge(deleting('sheet', 'new:1', {}), { pending })).toBeNull();
    expect(await judge(inserting('sheet', '["4"]', { id: '4' }))).toBe('invalid row-not-new ["4"]');
  });

  test('about a row that is not there is refused, unless not all rows were read and it could be', async () => {
    expect(await judge(set('name', '["7"]', 'x'))).toBe('invalid row-unknown ["7"]');
    expect(await judge(set('name', '["7"]', 'x'), { truncated: true })).toBeNull();
    for (const row of ['["7","8"]', '[7]', '7', 'x', 'new:7'])
      expect(await judge(set('name', row, 'x'), { truncated: true })).toBe(`invalid row-unknown ${row}`);
  });

  test('that is malformed is refused, not half kept', async () => {
    const step = set('name', ONE, 'x');
    const broken = (change: object) => judge({ ...step, sets: { ...step.sets, ...change } as never });
    expect(await broken({ columnOf: [1] })).toBe(`invalid edit-malformed ${ONE}`);
    expect(await broken({ after: [] })).toBe(`invalid edit-malformed ${ONE}`);
    expect(await broken({ columns: ['constructor'] })).toBe(`invalid column-unknown ${ONE} constructor`);
    expect(await broken({ reasons: { 0: 'why\0' } })).toBe(`invalid unstorable ${ONE}`);
  });
});

test('a paste is checked and kept in a time that grows with the cells', async () => {
  const pasted = async (count: number): Promise<number> => {
    const many = Array.from({ length: count }, (_, i) => [String(i), 'a', '1.00', '1']);
    const sheet = await loadedSheet({ definition, rows: many });
    const scratch = scratchJournal();
    const journal = scratch.open();
    try {
      const keys = many.flatMap(([id]) => [JSON.stringify([id]), JSON.stringify([id])]);
      const sets = {
        columns: ['name', 'amount'],
        rows: keys,
        columnOf: keys.map((_, i) => i % 2),
        before: keys.map((_, i) => (i % 2 ? '1.00' : 'a')),
        after: keys.map((_, i) => (i % 2 ? `${i}.50` : 'new')),
      };
      const step = { ...setting('sheet', 'name', []), sets };
      return took(() => {
        checkStep(sheet, step, journal.pending('sheet'));
        expect(journal.append(step).counts.cells).toBe(2 * count);
      });
    } finally {
      journal.close();
      rmSync(scratch.folder, { recursive: true });
    }
  };
  expect(await growth(2_000, pasted)).toBeLessThan(60);
});
