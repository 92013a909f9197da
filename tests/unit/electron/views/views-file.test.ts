import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openViews } from '../../../../electron/views/views-file.ts';
import { NO_LAYOUT, NO_VIEWS, type SheetLayout } from '../../../../shared/model/saved-view.ts';

const LAYOUT: SheetLayout = {
  ...NO_LAYOUT,
  order: ['b', 'a'],
  query: { ...NO_LAYOUT.query, filters: [{ kind: 'equals', column: 'a', value: 'CONFIDENTIAL' }] },
};
const key = randomBytes(32);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'writ-views-'));
  file = join(folder, 'views', 'one.views');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const open = (withKey = key) => openViews({ file, key: withKey, random: randomBytes });

test('views, the active one, the default and unsaved changes are there at the next start', async () => {
  const id = randomUUID();
  const views = open();
  await views.change('s', { kind: 'save', id, name: 'Mine', layout: LAYOUT });
  await views.change('s', { kind: 'keep', id, draft: NO_LAYOUT });
  await views.change('s', { kind: 'initial', id });
  expect(await open().list('s')).toEqual({
    views: [{ id, name: 'Mine', layout: LAYOUT, draft: NO_LAYOUT }],
    standard: null,
    active: id,
    initial: id,
  });
  expect(await open().list('other')).toEqual(NO_VIEWS);
});

test('filter values cannot be read from the file', async () => {
  await open().change('s', { kind: 'keep', id: null, draft: LAYOUT });
  expect(readFileSync(file).includes('CONFIDENTIAL')).toBe(false);
  expect((await open().list('s')).standard).toEqual(LAYOUT);
});

test('changes made at the same time are all kept', async () => {
  const views = open();
  await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      views.change('s', { kind: 'save', id: randomUUID(), name: `View ${i}`, layout: NO_LAYOUT }),
    ),
  );
  expect((await open().list('s')).views).toHaveLength(8);
});

test('a file of another key or of no format is set aside and the views begin anew', async () => {
  await open().change('s', { kind: 'keep', id: null, draft: LAYOUT });
  expect(await open(randomBytes(32)).list('s')).toEqual(NO_VIEWS);
  expect(existsSync(`${file}.broken`)).toBe(true);
  writeFileSync(file, 'x');
  const views = open();
  expect(await views.list('s')).toEqual(NO_VIEWS);
  await views.change('s', { kind: 'keep', id: null, draft: LAYOUT });
  expect((await open().list('s')).standard).toEqual(LAYOUT);
});

test('a refused change leaves what was kept and the next one goes on', async () => {
  const views = open();
  await views.change('s', { kind: 'save', id: randomUUID(), name: 'Mine', layout: NO_LAYOUT });
  await expect(
    views.change('s', { kind: 'save', id: randomUUID(), name: 'mine', layout: NO_LAYOUT }),
  ).rejects.toMatchObject({ code: 'view-name-taken' });
  await views.change('s', { kind: 'use', id: null });
  expect((await open().list('s')).views).toHaveLength(1);
});
