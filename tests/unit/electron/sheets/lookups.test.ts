import { describe, expect, test } from 'vitest';
import { Lookups, lookupTable } from '../../../../electron/sheets/lookups.ts';
import { growth, took } from '../../../support/growth.ts';

const table = lookupTable([
  { value: '4000', label: 'Umsatzerlöse Inland' },
  { value: '4100', label: 'Umsatzerlöse Ausland' },
  { value: '500', label: 'Löhne' },
  { value: '45', label: null },
  { value: '6400', label: 'Rent of 4000 rooms' },
]);
const found = (text: string, limit = 10): readonly string[] =>
  table.search(text, limit).matches.map(({ value }) => value);

describe('searching a lookup', () => {
  test('finds values that begin with the text first, then words of the label', () => {
    expect(found('4')).toEqual(['4000', '4100', '45', '6400']);
    expect(found('4000')).toEqual(['4000', '6400']);
    expect(found('ausl ums')).toEqual(['4100']);
  });

  test('does not mind case and accents', () => {
    expect(found('LOHNE')).toEqual(['500']);
    expect(found('umsatzerlose')).toEqual(['4000', '4100']);
  });

  test('gives at most what was asked for, and how many there are', () => {
    expect(table.search('4', 2)).toMatchObject({ matches: [{ value: '4000' }, { value: '4100' }], total: 4 });
    expect(table.search('  ', 3).total).toBe(5);
    expect(table.search('nothing', 3)).toEqual({ matches: [], total: 0 });
  });

  test('grows with the values at most', async () => {
    const searching = await growth(10_000, (count) => {
      const values = Array.from({ length: count }, (_, i) => ({
        value: String(i),
        label: `Cost centre ${i} Köln`,
      }));
      const many = lookupTable(values);
      return took(() => expect(many.search(`${count - 1} koln`, 20).total).toBe(1));
    });
    expect(searching).toBeLessThan(60);
  });
});

test('a lookup is read once, again after a failure, and again when the sheet is read again', async () => {
  let reads = 0;
  let fails = true;
  const lookups = new Lookups(async () => {
    reads++;
    if (fails) throw new Error('gone');
    return [{ value: '1', label: null }];
  });
  await expect(lookups.table('account')).rejects.toThrow('gone');
  fails = false;
  const [one, two] = await Promise.all([lookups.table('account'), lookups.table('account')]);
  expect([one === two, reads]).toEqual([true, 2]);
  lookups.clear();
  await lookups.table('account');
  expect(reads).toBe(3);
});
