import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDefinitions, parseDefinition } from '../../../../electron/sheets/definitions.ts';
import { mergeDefinition } from '../../../../electron/sheets/merge-definition.ts';
import type { ColumnRule, SheetDefinition } from '../../../../shared/model/sheet.ts';
import { column, definition } from './sheet-fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writ-definitions-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('saved definitions', () => {
  test('come back as they were saved, per connection and table, whatever the names are', async () => {
    const definitions = openDefinitions(folder);
    const odd = { ...definition, source: { schema: '../..', table: 'a/b "c"\\' } };
    const dotted = { ...definition, name: 'Other', source: { schema: 's.t', table: 'x' } };
    const twin = { ...definition, name: 'Twin', source: { schema: 's', table: 't.x' } };
    for (const each of [odd, dotted, twin]) await definitions.save('one', each);
    expect(await definitions.load('one', odd.source)).toEqual(odd);
    expect((await definitions.load('one', dotted.source))?.name).toBe('Other');
    expect((await definitions.load('one', twin.source))?.name).toBe('Twin');
    expect(await definitions.load('two', odd.source)).toBeNull();
    await definitions.remove('one', odd.source);
    expect(await definitions.load('one', odd.source)).toBeNull();
    expect(await readdir(folder)).toEqual(['one']);
  });

  test('that cannot be read are reported with their place and left alone', async () => {
    const definitions = openDefinitions(folder);
    await definitions.save('one', definition);
    const [name = ''] = await readdir(join(folder, 'one'));
    const file = join(folder, 'one', name);
    await writeFile(file, JSON.stringify({ ...definition, columns: [{ name: 'x' }] }));
    await expect(definitions.load('one', definition.source)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('columns.0'),
    });
    await writeFile(file, '{ broken');
    await expect(definitions.load('one', definition.source)).rejects.toMatchObject({
      code: 'definition-not-json',
    });
    expect(await readFile(file, 'utf8')).toBe('{ broken');
    await definitions.save('one', definition);
    expect(await definitions.load('one', definition.source)).toEqual(definition);
    const kept = (await readdir(join(folder, 'one'))).find((each) => each.endsWith('.broken'));
    expect(await readFile(join(folder, 'one', kept ?? ''), 'utf8')).toBe('{ broken');
  });

  test('leave the one before in place when one that breaks the schema is saved', async () => {
    const definitions = openDefinitions(folder);
    await definitions.save('one', definition);
    await expect(definitions.save('one', { ...definition, version: 2 } as never)).rejects.toThrow();
    expect(await definitions.load('one', definition.source)).toEqual(definition);
  });

  test('imported from JSON name the first place that does not fit', () => {
    expect(() => parseDefinition('[]')).toThrow('the top level');
    expect(() => parseDefinition(JSON.stringify({ ...definition, key: [1] }))).toThrow('key.0');
  });
});

describe('a definition over a table', () => {
  const required = { kind: 'required', severity: 'block', origin: 'warehouse' } as const;
  const fresh: SheetDefinition = {
    ...definition,
    columns: [
      column(
        'id',
        { kind: 'integer', bits: 32 },
        { rules: [required], readOnly: { cause: 'key', reason: 'Key.' } },
      ),
      column('amount', { kind: 'decimal', precision: 9, scale: 2 }, { rules: [required] }),
      column('extra', { kind: 'text' }),
    ],
    rules: [
      {
        name: 'own',
        expression: 'amount > 0',
        message: 'm',
        columns: [],
        severity: 'block',
        origin: 'warehouse',
      },
    ],
  };

  test('may tighten and describe, never loosen what the warehouse says', () => {
    const range = {
      kind: 'range',
      min: '0',
      minExclusive: false,
      maxExclusive: false,
      severity: 'warn',
      origin: 'definition',
    } as const;
    const saved: SheetDefinition = {
      ...fresh,
      name: 'Mine',
      key: ['amount'],
      columns: [
        column('amount', { kind: 'text' }, { label: 'Betrag', rules: [range], sqlType: 'decimal' }),
        column('id', { kind: 'text' }, { hasDefault: true, sqlType: 'integer' }),
      ],
      rules: [],
    };
    const { definition: merged, drift } = mergeDefinition(fresh, saved);
    expect(merged.name).toBe('Mine');
    expect(merged.key).toEqual(['id']);
    expect(merged.columns.map(({ name }) => name)).toEqual(['amount', 'id', 'extra']);
    expect(merged.columns[0]).toMatchObject({
      label: 'Betrag',
      type: { kind: 'decimal', precision: 9 },
      rules: [required, range],
    });
    expect(merged.columns[1]).toMatchObject({
      readOnly: { cause: 'key' },
      hasDefault: false,
      rules: [required],
    });
    expect(merged.rules).toEqual(fresh.rules);
    expect(drift).toEqual([expect.stringContaining('key')]);
  });

  test("cannot smuggle in a rule as the warehouse's own, nor take one away by leaving it out", () => {
    const forged: ColumnRule = { kind: 'list', values: ['1'], severity: 'block', origin: 'warehouse' };
    const saved = {
      ...fresh,
      columns: [column('amount', { kind: 'decimal' }, { rules: [forged] })],
      rules: [],
    };
    const { definition: merged } = mergeDefinition(fresh, saved);
    expect(merged.columns.find(({ name }) => name === 'amount')?.rules).toEqual([required]);
  });

  test('names columns that are gone or have another type', () => {
    const saved = {
      ...fresh,
      columns: [...fresh.columns, column('region', { kind: 'text' })].map((each) =>
        each.name === 'extra' ? { ...each, sqlType: 'jsonb' } : each,
      ),
    };
    expect(mergeDefinition(fresh, saved).drift).toEqual([
      expect.stringMatching(/"extra" is now text; it was jsonb/),
      expect.stringContaining('"region"'),
    ]);
  });
});
