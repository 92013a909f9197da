import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);

/** `file name; name` of one cell: names of tests, as far as the table gives them. */
const namedIn = (cell: string): readonly (readonly [string, string])[] =>
  [...cell.matchAll(/`([a-z-]+)` ([^`]+)/g)].flatMap(([, file = '', names = '']) =>
    names
      .split(';')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('same test') && !name.startsWith('each of'))
      .map((name) => [file, name] as const),
  );

test('every test that the table of attacks names is there', async () => {
  const table = await readFile(new URL('docs/attacks.md', root), 'utf8');
  const cells = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Attack'))
    .flatMap((line) => line.split('|').slice(2, 4))
    .flatMap(namedIn);
  expect(cells.length).toBeGreaterThan(30);
  const missing: string[] = [];
  for (const [file, name] of cells) {
    const text = await readFile(new URL(`tests/warehouse/${file}.test.ts`, root), 'utf8');
    if (!text.includes(name)) missing.push(`${file}: ${name}`);
  }
  expect(missing).toEqual([]);
});
