import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { presentElectron } from '../../../build/electron.mjs';
import { isInstalled } from '../../../build/install.mjs';
import { bundledNode, nodeIsNew } from '../../../build/node.mjs';
import { isBuilt, sourceStamp } from '../../../build/stamp.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'writ-build-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const write = (path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};

const lock = (path: string, packages: object): void => write(path, JSON.stringify({ packages }));

describe('whether packages need installing', () => {
  const wanted = {
    '': { name: 'writ' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  };

  test('no, when all that is needed is there', () => {
    lock('package-lock.json', wanted);
    lock('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } });
    expect(isInstalled(root)).toBe(true);
  });

  test.each([
    ['nothing is installed', null],
    ['a package is missing', {}],
    ['a package has another version', { 'node_modules/a': { version: '1.0.1' } }],
    [
      'an optional package has another version',
      { 'node_modules/a': { version: '1.0.0' }, 'node_modules/other-platform': { version: '0.9.0' } },
    ],
  ])('yes, when %s', (_case, present) => {
    lock('package-lock.json', wanted);
    if (present) lock('node_modules/.package-lock.json', present);
    expect(isInstalled(root)).toBe(false);
  });
});

describe('which Node runs the sources', () => {
  test.each([
    ['18.20.0', false],
    ['20.20.2', false],
    ['22.14.0', false],
    ['22.18.0', true],
    ['24.0.0', true],
  ])('%s is new enough: %s', (version, expected) => {
    expect(nodeIsNew(version)).toBe(expected);
  });

  test('the one among the packages is found, and its absence too', () => {
    expect(bundledNode(root)).toBeNull();
    const [platform, name] = process.platform === 'win32' ? ['win', 'node.exe'] : [process.platform, 'node'];
    const path = `node_modules/node-${platform}-${process.arch}/bin/${name}`;
    write(path, '');
    expect(bundledNode(root)).toBe(join(root, path));
  });
});

describe('whether a build is needed', () => {
  const sources = ['shared/a.ts', 'electron/b.ts', 'renderer/c.tsx', 'build/d.mjs'];

  beforeEach(() => {
    for (const file of [...sources, 'package-lock.json']) write(file, 'x');
    write('dist/.stamp', sourceStamp(root));
  });

  test('no, when nothing changed', () => {
    expect(isBuilt(root)).toBe(true);
  });

  test.each([...sources, 'package-lock.json', 'renderer/new.tsx'])('yes, when %s changed', (file) => {
    write(file, 'longer');
    expect(isBuilt(root)).toBe(false);
  });

  test('yes, when a source of the same length was saved later', () => {
    write('shared/a.ts', 'y');
    utimesSync(join(root, 'shared/a.ts'), 1, 1);
    expect(isBuilt(root)).toBe(false);
  });

  test('yes, when dist is gone', () => {
    rmSync(join(root, 'dist'), { recursive: true });
    expect(isBuilt(root)).toBe(false);
  });
});

describe('where Electron comes from', () => {
  test('the folder named in the environment comes first, and is not made up', () => {
    const program = process.platform === 'win32' ? 'electron.exe' : 'electron';
    const env = { ELECTRON_OVERRIDE_DIST_PATH: root };
    expect(presentElectron(root, env)).toBeNull();
    if (process.platform === 'darwin') return;
    write(program, '');
    expect(presentElectron(root, env)).toBe(join(root, program));
  });
});
