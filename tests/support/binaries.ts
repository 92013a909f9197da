import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from '../../electron/warehouse/embedded/binaries.ts';
import { unprivilegedUser } from '../../electron/warehouse/embedded/os-user.ts';

/**
 * The PostgreSQL the tests run on: the one that is shipped or, to try another release, the programs in the folder
 * `WRIT_TEST_POSTGRES` (with `bin` in it), which the unprivileged user of the tests can read.
 */
export const testBinaries = async (): Promise<Binaries> => {
  const folder = process.env.WRIT_TEST_POSTGRES;
  if (!folder) return findBinaries(await unprivilegedUser());
  const { stdout } = await promisify(execFile)(join(folder, 'bin', 'postgres'), ['--version']);
  return { folder, version: /\d+(\.\d+)?/.exec(stdout)?.[0] ?? '' };
};
