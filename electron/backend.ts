import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EventName,
  type EventOf,
  type OperationName,
  operations,
} from '../shared/contract/operations.ts';
import { AppError } from '../shared/model/failure.ts';
import { appHandlers } from './handlers/app.ts';
import type { Client, Handlers, Shared } from './handlers/context.ts';
import { editHandlers } from './handlers/edits.ts';
import { rowHandlers } from './handlers/rows.ts';
import { leave, sessionHandlers } from './handlers/sessions.ts';
import { sheetHandlers } from './handlers/sheets.ts';
import type { AttachedClient } from './host.ts';
import { createKeychain } from './identity/keychain.ts';
import { createKeys } from './identity/keys.ts';
import { Profiles } from './profiles.ts';
import { openSettings } from './settings/settings.ts';
import { openDefinitions } from './sheets/definitions.ts';
import { type EmbeddedWarehouse, openEmbedded } from './warehouse/embedded/embedded.ts';

export interface BackendOptions {
  readonly dataFolder: string;
  readonly version: string;
  readonly host: 'desktop' | 'web';
  readonly platform: string;
  /** IANA name; timestamps are shown in it. */
  readonly timeZone: string;
  readonly now: () => Date;
  readonly randomBytes?: (count: number) => Buffer;
  readonly uuid: () => string;
}

/** Everything behind the window: plain Node, one per process, any number of clients. */
export interface Backend {
  attach(send: (name: string, event: unknown) => void): AttachedClient;
  /** Ends all sessions and stops the demo warehouse; safe to call twice. */
  close(): Promise<void>;
}

const handlers: Handlers = {
  ...appHandlers,
  ...sessionHandlers,
  ...sheetHandlers,
  ...rowHandlers,
  ...editHandlers,
};

/** Composes the backend of one data folder. */
export const createBackend = async (options: BackendOptions): Promise<Backend> => {
  const { dataFolder } = options;
  const randomBytes = options.randomBytes ?? nodeRandomBytes;
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const clients = new Set<Client>();
  const keychain = createKeychain();
  const demo = demoWarehouse(dataFolder);
  const shared: Shared = {
    ...options,
    randomBytes,
    keychain,
    profiles: new Profiles(dataFolder, options.now),
    settings: openSettings(dataFolder),
    definitions: openDefinitions(join(dataFolder, 'sheets')),
    keys: createKeys({ keychain, folder: dataFolder, random: randomBytes }),
    embedded: demo.open,
    others: (except, tell) => {
      for (const client of clients) if (client !== except) tell(client);
    },
  };
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await Promise.allSettled([...clients].map(leave));
    clients.clear();
    await shared.profiles.closeAll();
    await demo.close();
  };
  return {
    attach: (send) => {
      const client: Client = {
        shared,
        send: <N extends EventName>(name: N, event: EventOf<N>) => send(name, event),
        profile: null,
        views: new Map(),
        nextView: 0,
      };
      clients.add(client);
      return {
        call: (name, input) => (closing ? Promise.reject(closed()) : call(client, name, input)),
        close: () => {
          clients.delete(client);
          void leave(client);
        },
      };
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};

const closed = (): AppError => new AppError('unavailable', 'closing', 'The application is closing.');

const call = async (client: Client, name: string, input: unknown): Promise<unknown> => {
  if (!Object.hasOwn(operations, name))
    throw new AppError('bug', 'operation-unknown', `There is no operation "${name}".`);
  const operation = name as OperationName;
  const parsed = operations[operation].input.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      'invalid',
      'bad-input',
      `The request "${name}" is not valid at ${issue?.path.join('.') || 'its top level'}: ${issue?.message}.`,
    );
  }
  return run(operation, client, parsed.data);
};

const run = async <N extends OperationName>(name: N, client: Client, input: unknown): Promise<unknown> => {
  try {
    // The table of handlers is typed by the same contract that parsed the input.
    return await handlers[name](client, input as never);
  } catch (error) {
    throw AppError.wrap(error);
  }
};

/** The demo warehouse is started once, on first use, and told about to everyone who waits for it. */
const demoWarehouse = (folder: string) => {
  let opening: Promise<EmbeddedWarehouse> | null = null;
  const waiting = new Set<(event: EventOf<'start.progress'>) => void>();
  const open = async (onProgress: (event: EventOf<'start.progress'>) => void): Promise<EmbeddedWarehouse> => {
    waiting.add(onProgress);
    opening ??= openEmbedded({
      folder,
      onProgress: (stage, message, fraction) => {
        for (const tell of waiting) tell({ stage, message, fraction });
      },
    });
    try {
      return await opening;
    } catch (error) {
      // The next attempt starts afresh.
      opening = null;
      throw error;
    } finally {
      waiting.delete(onProgress);
    }
  };
  const close = async (): Promise<void> => {
    const started = opening;
    opening = null;
    if (started) await started.then((warehouse) => warehouse.stop()).catch(() => {});
  };
  return { open, close };
};
