import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** TypeScript files run directly from 22.18; the journal's native part needs 22.14. */
const NEEDED = [22, 18];

/** Whether the running Node can run the product's own sources. */
export const nodeIsNew = (version = process.versions.node) => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
};

/** The Node that came with the packages on this platform, or null. */
export const bundledNode = (root) => {
  const folder = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const file = join(root, 'node_modules', folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(file) ? file : null;
};

/** Runs a script of this repository under a new enough Node, its programs first in PATH; resolves with the exit code. */
export const runUnderNewNode = (root, script, args) => {
  const node = nodeIsNew() ? process.execPath : bundledNode(root);
  if (!node) {
    console.error(
      `Writ needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. Install a newer Node from nodejs.org.`,
    );
    return Promise.resolve(1);
  }
  const PATH = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(node, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  // The terminal sends Ctrl+C to both; the child decides when it is done. A signal to this process alone is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((done) => child.once('exit', (code, signal) => done(signal ? 1 : (code ?? 1))));
};
