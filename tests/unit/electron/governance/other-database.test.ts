import { afterEach, beforeEach, expect, test } from 'vitest';
import { BatchRuns } from '../../../../electron/governance/batch-runs.ts';
import { resolveBatch } from '../../../../electron/governance/resolve.ts';
import type { OpenedJournal } from '../../../../electron/journal/open-journal.ts';
import type { Profile } from '../../../../electron/profile.ts';
import { setStep } from '../../shared/plan/steps.ts';
import { AT, scratchJournal } from '../journal/scratch.ts';

const SHEET = 'sheet';
const BATCH = '00000000-0000-4000-8000-00000000000b';

let scratch: ReturnType<typeof scratchJournal>;
let journal: OpenedJournal;
let asked: (string | null)[];

beforeEach(() => {
  scratch = scratchJournal();
  journal = scratch.open();
  asked = [];
  journal.append(setStep([['["1"]', 'a', '1', '2']], SHEET));
  journal.submitted({ batch: BATCH, sheet: SHEET, sha256: 'x', proof: null, at: AT, database: 'one/5' });
  journal.proof(BATCH, 'transaction:800');
});

afterEach(() => {
  journal.close();
  scratch.remove();
});

/** A profile on a server that takes the transaction id for one of its own. */
const profileOn = (database: string | null, outcomeProof: 'batch-id' | 'transaction-id'): Profile => {
  const warehouse = {
    database: async () => database,
    capabilities: async () => ({ governance: 'absent', outcomeProof }),
    outcomeOf: async (_batch: string, proof: string | null) => {
      asked.push(proof);
      return proof === null ? ('not-committed' as const) : ('committed' as const);
    },
  };
  const shown = { reread: async () => {}, refresh: () => {}, sheetsOf: () => [], merges: {} };
  return { ...shown, journal, warehouse, batches: new BatchRuns() } as unknown as Profile;
};

test('a transaction id is looked up in the database it is of only: another one ends no batch by it', async () => {
  await expect(resolveBatch(profileOn('two/5', 'transaction-id'), SHEET, BATCH)).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'other-database',
  });
  expect(asked).toEqual([]);
  expect(journal.openBatches(SHEET)).toHaveLength(1);
  expect(journal.pending(SHEET).size).toBe(1);
});

test('batch ids are looked up there, as no two are one, and what that database does not hold it did not take', async () => {
  const { outcome } = await resolveBatch(profileOn('two/5', 'batch-id'), SHEET, BATCH);
  expect([outcome.kind, asked]).toEqual(['not-committed', [null]]);
  expect(journal.pending(SHEET).size).toBe(1);
});

test.each(['one/5', null])(
  'the same database, and one that cannot be told apart (%s), is believed',
  async (database) => {
    const { outcome } = await resolveBatch(profileOn(database, 'transaction-id'), SHEET, BATCH);
    expect([outcome.kind, asked]).toEqual(['committed', ['transaction:800']]);
    expect(journal.pending(SHEET).size).toBe(0);
  },
);
