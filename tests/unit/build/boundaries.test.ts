import { expect, test } from 'vitest';
import { findBreaches, MAX_LINES } from '../../../build/boundaries.ts';

const breaches = (path: string, text: string): readonly string[] => findBreaches(new Map([[path, text]]));

test.each([
  ['shared/values/a.ts', "import { z } from 'zod';"],
  ['shared/values/a.ts', "import { b } from '../model/b.ts';"],
  ['electron/journal/a.ts', "import { readFile } from 'node:fs/promises';"],
  ['electron/desktop/a.ts', "import { app } from 'electron';"],
  ['electron/web/a.ts', "import { x } from '../backend.ts';"],
  ['renderer/grid/a.tsx', "import { x } from '../client/client.ts';"],
  ['renderer/grid/a.tsx', "import { x } from './b/c.ts';"],
  ['renderer/sheet/a.tsx', "import { x } from '../grid/b.ts';"],
  ['renderer/app.tsx', "import { x } from './grid/grid.tsx';"],
  ['tests/unit/a.test.ts', "import { x } from '../../electron/desktop/menu.ts';"],
  ['shared/values/a.ts', "// as window.name does\nexport const a = 'document.title';"],
])('%s may hold %s', (path, text) => {
  expect(breaches(path, text)).toEqual([]);
});

test.each([
  ['shared/values/a.ts', "import { x } from '../../electron/host.ts';"],
  ['shared/values/a.ts', "import type { x } from '../../renderer/app.tsx';"],
  ['shared/values/a.ts', "import { join } from 'node:path';"],
  ['shared/values/a.ts', "import React from 'react';"],
  ['shared/values/a.ts', 'export const width = () => window.innerWidth;'],
  ['electron/journal/a.ts', "import { app } from 'electron';"],
  ['electron/journal/a.ts', "const e = await import('electron');"],
  ['electron/web/a.ts', "import { x } from '../desktop/menu.ts';"],
  ['electron/journal/a.ts', "import { x } from '../web/server.ts';"],
  ['renderer/grid/a.tsx', "import { x } from '../review/review.tsx';"],
  ['renderer/grid/a.tsx', "import { x } from '../sheet/sheet.tsx';"],
  ['renderer/grid/a.tsx', "export { x } from '../app.tsx';"],
  ['renderer/ui/a.tsx', "import { x } from '../grid/grid.tsx';"],
  ['renderer/client/a.ts', "import { x } from '../../electron/host.ts';"],
  ['renderer/grid/a.tsx', "import 'node:fs';"],
  ['build/a.mjs', "import { x } from '../electron/host.ts';"],
])('%s may not hold %s', (path, text) => {
  expect(breaches(path, text)).toHaveLength(1);
});

test('a file longer than the limit is named with its length', () => {
  expect(breaches('shared/a.ts', '\n'.repeat(MAX_LINES))).toEqual([]);
  expect(breaches('shared/a.ts', '\n'.repeat(MAX_LINES + 1))).toEqual([expect.stringContaining('401 lines')]);
});
