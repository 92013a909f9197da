// `npm run writ -- COMMAND`: administration of schema writ from a terminal; `npm run writ -- help` lists the commands.
import { join } from 'node:path';
import { installPackages } from './install.mjs';
import { runUnderNewNode } from './node.mjs';

const root = join(import.meta.dirname, '..');
installPackages(root);
process.exit(await runUnderNewNode(root, 'electron/cli/main.ts', process.argv.slice(2)));
