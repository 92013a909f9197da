// `npm test`. Plain JavaScript for whatever Node there is: provisions, installs, then hands over to a new enough Node.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './install.mjs';
import { runUnderNewNode } from './node.mjs';
import { provisionSystem } from './provision.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
provisionSystem();
installPackages(root);
process.exit(await runUnderNewNode(root, 'build/run-suites.mjs', process.argv.slice(2)));
