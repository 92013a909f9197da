import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['shared', 'electron', 'renderer', 'build'];

/** One hash over everything a build is made of: names, sizes and times of the sources, and the lock file's content. */
export const sourceStamp = (root) => {
  const hash = createHash('sha256');
  for (const folder of SOURCES) visit(hash, root, folder);
  hash.update(readFileSync(join(root, 'package-lock.json')));
  return hash.digest('hex');
};

const visit = (hash, root, path) => {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) visit(hash, root, child);
    else {
      const { size, mtimeMs } = statSync(join(root, child));
      hash.update(`${child}\0${size}\0${mtimeMs}\n`);
    }
  }
};

/** Whether dist/ was built from the sources as they are. */
export const isBuilt = (root) => {
  try {
    return readFileSync(join(root, 'dist', '.stamp'), 'utf8') === sourceStamp(root);
  } catch {
    return false;
  }
};
