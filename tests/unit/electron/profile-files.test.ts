import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { journalFile, profileName, removeProfileFiles } from '../../../electron/profiles.ts';

const PROGRAM = join(import.meta.dirname, 'journal/hold-program.ts');

test('a profile\u2019s files go together, those of others stay, and none goes while another running copy holds them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'writ-files-'));
  try {
    const [mine, other] = [profileName('c', 'ann'), profileName('c', 'ben')];
    const file = journalFile(folder, mine);
    await mkdir(dirname(file));
    await mkdir(join(folder, 'views'));
    const name = basename(file, '.journal');
    await writeFile(join(folder, 'views', `${name}.views`), '');
    await writeFile(join(folder, 'journals', `${name}.snapshots`), '');
    await writeFile(journalFile(folder, other), '');
    const holder = spawn(process.execPath, [PROGRAM, file], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const before = (await readdir(folder, { recursive: true })).sort();

    await expect(removeProfileFiles(folder, mine)).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'journal-in-use',
    });
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(before);

    holder.stdin.end();
    await once(holder, 'exit');
    await removeProfileFiles(folder, mine);
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((each) => each.includes(name))).toEqual([]);
    expect(left).toContain(`journals/${basename(journalFile(folder, other))}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
