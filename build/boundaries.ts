import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The longest a file may be. */
export const MAX_LINES = 400;

/** Folders of the renderer that every feature may use; all other folders there are features. */
const RENDERER_BASE: readonly string[] = ['renderer/client/', 'renderer/ui/'];

/** The one feature built upon another: a sheet is a grid with rows, rights and edits; the grid knows no sheet. */
const BUILT_UPON: Readonly<Record<string, string>> = { sheet: 'grid' };

interface Zone {
  readonly files: string;
  readonly inside: readonly string[];
  readonly not?: readonly string[];
  readonly packages: readonly string[];
  readonly node: boolean;
  readonly features?: boolean;
  readonly forbidden?: RegExp;
}

/**
 * Who may import whom; the first zone whose `files` begins the path decides. `inside` are path prefixes, `packages`
 * are package names (`*`: any but `electron`), `node` allows Node's own modules.
 */
const ZONES: readonly Zone[] = [
  {
    files: 'shared/',
    inside: ['shared/'],
    packages: ['zod', 'big.js', '@marcbachmann/cel-js', '@internationalized/date', 'msgpackr', 'papaparse'],
    node: false,
    forbidden: /\b(?:window|document|navigator|localStorage|process|Buffer|__dirname)\s*[.[]/,
  },
  { files: 'electron/desktop/', inside: ['electron/', 'shared/'], packages: ['*', 'electron'], node: true },
  {
    files: 'electron/web/',
    inside: ['electron/', 'shared/'],
    not: ['electron/desktop/', 'electron/cli/'],
    packages: ['*'],
    node: true,
  },
  {
    files: 'electron/cli/',
    inside: ['electron/', 'shared/'],
    not: ['electron/desktop/', 'electron/web/'],
    packages: ['*'],
    node: true,
  },
  {
    files: 'electron/',
    inside: ['electron/', 'shared/'],
    not: ['electron/desktop/', 'electron/web/', 'electron/cli/'],
    packages: ['*'],
    node: true,
  },
  { files: 'renderer/ui/', inside: ['renderer/ui/', 'shared/'], packages: ['*'], node: false },
  { files: 'renderer/client/', inside: ['renderer/client/', 'shared/'], packages: ['*'], node: false },
  { files: 'renderer/', inside: ['renderer/', 'shared/'], packages: ['*'], node: false, features: true },
  { files: 'build/', inside: ['build/'], packages: ['*'], node: true },
  { files: 'tests/', inside: [''], packages: ['*', 'electron'], node: true },
];

const IMPORT = /(?:^|[^.\w])(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** Breaches of the table and of the length limit in the given files (path from the root -> text), as sentences. */
export const findBreaches = (files: ReadonlyMap<string, string>): readonly string[] => {
  const found: string[] = [];
  for (const [path, text] of files) {
    const lines = text.split('\n').length - 1;
    if (lines > MAX_LINES) found.push(`${path}: ${lines} lines; ${MAX_LINES} is the end, split it`);
    const zone = ZONES.find((each) => path.startsWith(each.files));
    if (!zone) continue;
    const code = withoutComments(text);
    for (const [, , target = ''] of code.matchAll(IMPORT)) {
      const problem = judge(zone, path, target);
      if (problem) found.push(`${path}: ${problem}`);
    }
    const global = zone.forbidden?.exec(withoutStrings(code));
    if (global)
      found.push(`${path}: uses ${global[0].slice(0, -1).trim()}, which ${zone.files} runs without`);
  }
  return found;
};

const judge = (zone: Zone, path: string, target: string): string | null => {
  if (target.startsWith('.')) return judgeFile(zone, path, posix.join(posix.dirname(path), target));
  if (target.startsWith('node:'))
    return zone.node ? null : `imports ${target}, but ${zone.files} runs without Node`;
  const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
  if (zone.packages.includes(name) || (zone.packages.includes('*') && name !== 'electron')) return null;
  return `imports the package ${name}, which ${zone.files} may not use`;
};

const judgeFile = (zone: Zone, path: string, target: string): string | null => {
  const allowed = zone.inside.some((prefix) => target.startsWith(prefix));
  if (!allowed || zone.not?.some((prefix) => target.startsWith(prefix))) {
    return `imports ${target}, which is outside of what ${zone.files} may use`;
  }
  if (!zone.features || !target.startsWith('renderer/')) return null;
  const own = featureOf(path);
  const other = featureOf(target);
  // Files directly in renderer/ put the features together.
  if (own === null || own === other || BUILT_UPON[own] === other) return null;
  if (RENDERER_BASE.some((prefix) => target.startsWith(prefix))) return null;
  return `imports ${target}; features know only themselves, ${RENDERER_BASE.join(', ')} and shared/`;
};

/** `grid` of `renderer/grid/cell.ts`; null directly in renderer/. */
const featureOf = (path: string): string | null => {
  const parts = path.split('/');
  return parts.length > 2 ? (parts[1] ?? null) : null;
};

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
const withoutStrings = (text: string): string =>
  text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");

/** The source files below the root that the table is about. */
export const sourceFiles = (root: string): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (/\.(?:ts|tsx|mjs)$/.test(entry.name)) files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  for (const folder of ['shared', 'electron', 'renderer', 'build', 'tests']) visit(folder);
  return files;
};

if (process.argv[1] === import.meta.filename) {
  const files = sourceFiles(join(import.meta.dirname, '..'));
  const breaches = findBreaches(files);
  for (const breach of breaches) console.error(breach);
  console.log(`${files.size} files, ${breaches.length} breaches of the import table and the length limit.`);
  if (breaches.length > 0) process.exitCode = 1;
}
