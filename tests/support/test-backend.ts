import { randomUUID } from 'node:crypto';
import { type Backend, type BackendOptions, createBackend } from '../../electron/backend.ts';

/** A backend over a data folder, its answers checked against the contract; `more` tells what is different. */
export const testBackend = (
  dataFolder: string,
  more: Partial<BackendOptions> & Pick<BackendOptions, 'keychain'>,
): Promise<Backend> =>
  createBackend({
    dataFolder,
    version: '0.0.0',
    host: 'web',
    platform: 'test',
    timeZone: 'UTC',
    now: () => new Date(),
    uuid: randomUUID,
    checkOutputs: true,
    ...more,
  });
