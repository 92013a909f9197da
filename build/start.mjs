// `npm start`. Plain JavaScript for whatever Node there is: it installs, then hands over to a new enough Node.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 18) {
  console.error(`Writ needs Node 18 or newer to install; this is ${process.versions.node}. See nodejs.org.`);
  process.exit(1);
}
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { installPackages } = await import('./install.mjs');
const { runUnderNewNode } = await import('./node.mjs');
installPackages(root);
process.exit(await runUnderNewNode(root, 'build/open.mjs', process.argv.slice(2)));
