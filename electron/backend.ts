import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodError, ZodType } from 'zod';
import { events, type OperationName, operations } from '../shared/contract/operations.ts';
import { AppError } from '../shared/model/failure.ts';
import { demoWarehouse } from './demo-warehouse.ts';
import { heardReview } from './handlers/announce-reviews.ts';
import { appHandlers } from './handlers/app.ts';
import { batchHandlers } from './handlers/batches.ts';
import { brokenRowsHandlers } from './handlers/broken-rows.ts';
import { renewClaims } from './handlers/claims.ts';
import { commentHandlers } from './handlers/comments.ts';
import { followClaims } from './handlers/connect.ts';
import { connectionHandlers, connectionsOf } from './handlers/connections.ts';
import type { Client, Handlers, Shared } from './handlers/context.ts';
import { editHandlers } from './handlers/edits.ts';
import { exchangeHandlers } from './handlers/exchange.ts';
import { governanceHandlers } from './handlers/governance.ts';
import { historyHandlers, tellAudit } from './handlers/history.ts';
import { openKeptPasswords } from './handlers/kept-passwords.ts';
import { mergeHandlers } from './handlers/merge.ts';
import { offlineHandlers, settleAndSend } from './handlers/offline.ts';
import { periodHandlers } from './handlers/periods.ts';
import { reviewHandlers } from './handlers/reviews.ts';
import { rowHandlers } from './handlers/rows.ts';
import { endClient, sessionHandlers } from './handlers/sessions.ts';
import { sheetHandlers } from './handlers/sheets.ts';
import { viewHandlers } from './handlers/views.ts';
import type { AttachedClient } from './host.ts';
import { createKeychain, type Keychain } from './identity/keychain.ts';
import { createKeys } from './identity/keys.ts';
import { createTokenSource } from './identity/oidc/token-source.ts';
import { within } from './profile.ts';
import { namedBy, Profiles } from './profiles.ts';
import { administratorFileOf, openAdministrator } from './settings/administrator.ts';
import { openSettings } from './settings/settings.ts';
import { openDefinitions } from './sheets/definitions.ts';

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
  /** Checks answers and events against the contract as well; for development and tests. */
  readonly checkOutputs?: boolean;
  /** Tables of more rows are read page by page; a million where it is not said. */
  readonly rowLimit?: number | undefined;
  /** How long a person known before waits for the warehouse, in milliseconds, until work begins without it. */
  readonly patience?: number | undefined;
  /** Instead of the keychain of the operating system. */
  readonly keychain?: Keychain;
  /** Instead of the machine's file of the administrator. */
  readonly administratorFile?: string;
  /** Opens an address in the person's browser; without it the window shows the address. */
  readonly openBrowser?: ((url: string) => void) | undefined;
}

/** Everything behind the window: plain Node, one per process, any number of clients. */
export interface Backend {
  attach(send: (name: string, event: unknown) => void): AttachedClient;
  /** Ends all sessions and stops the demo warehouse; safe to call twice. */
  close(): Promise<void>;
}

const handlers: Handlers = {
  ...appHandlers,
  ...connectionHandlers,
  ...sessionHandlers,
  ...sheetHandlers,
  ...viewHandlers,
  ...rowHandlers,
  ...editHandlers,
  ...batchHandlers,
  ...reviewHandlers,
  ...governanceHandlers,
  ...exchangeHandlers,
  ...commentHandlers,
  ...brokenRowsHandlers,
  ...periodHandlers,
  ...offlineHandlers,
  ...mergeHandlers,
  ...historyHandlers,
};

/** How long closing waits for sign-ins under way, then for sessions, then for the demo warehouse to write what it holds. */
const CLOSE_CLIENTS_MS = 2_000;
const CLOSE_SESSIONS_MS = 8_000;
const CLOSE_DEMO_MS = 15_000;

/** Composes the backend of one data folder. */
export const createBackend = async (options: BackendOptions): Promise<Backend> => {
  const { dataFolder, now } = options;
  const random = options.randomBytes ?? nodeRandomBytes;
  const clock = () => performance.now();
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const clients = new Set<Client>();
  const keychain = options.keychain ?? createKeychain();
  const demo = demoWarehouse(dataFolder);
  const tell: Shared['tell'] = (profile, name, event, { sheet, except } = {}) => {
    for (const client of clients) {
      if (client === except || client.profile !== profile) continue;
      if (sheet === undefined || client.sheets.has(sheet)) client.send(name, event);
    }
  };
  const profiles = new Profiles({
    folder: dataFolder,
    random,
    now,
    clock,
    rowLimit: options.rowLimit,
    patience: options.patience,
    tell: (profile, name, event, sheet) => tell(profile, name, event, { sheet }),
    onReachable: (profile) => {
      void settleAndSend(shared, profile);
      tellAudit(shared, profile);
      void followClaims(shared, profile);
    },
    onReview: (profile, batch) => heardReview(shared, profile, batch),
  });
  const shared: Shared = {
    ...options,
    clock,
    keychain,
    profiles,
    settings: openSettings(dataFolder, now),
    definitions: openDefinitions(join(dataFolder, 'sheets')),
    keys: createKeys({ keychain, folder: dataFolder, random }),
    passwords: openKeptPasswords(dataFolder, random),
    tokens: createTokenSource({
      folder: join(dataFolder, 'tokens'),
      random,
      now: () => now().getTime(),
      onClaims: ({ profile }, claims) => {
        const owner = namedBy(profile);
        renewClaims(shared.settings, connectionsOf(shared), owner, claims);
        void profiles
          .find(owner.connection, owner.user)
          .then((found) => found && followClaims(shared, found));
      },
    }),
    administrator: openAdministrator(
      options.administratorFile ?? administratorFileOf(process.env, process.platform),
    ),
    openBrowser: options.openBrowser ?? (() => {}),
    demo,
    tell,
  };
  const check = options.checkOutputs ?? false;
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    await within(CLOSE_CLIENTS_MS, Promise.allSettled([...clients].map(endClient)));
    clients.clear();
    await within(CLOSE_SESSIONS_MS, profiles.closeAll());
    await within(CLOSE_DEMO_MS, demo.close());
  };
  return {
    attach: (send) => {
      const client = newClient(shared, (name, event) => {
        if (!client.closed) send(name, check ? checked(`event "${name}"`, events[name], event) : event);
      });
      clients.add(client);
      return {
        call: (name, input) =>
          closing || client.closed ? Promise.reject(closed()) : call(client, name, input, check),
        close: () => {
          clients.delete(client);
          // Nobody is left to tell of a profile that closes badly; its journal is safe on disk.
          endClient(client).catch(() => {});
        },
      };
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};

const newClient = (shared: Shared, send: Client['send']): Client => ({
  shared,
  send,
  sheets: new Map(),
  tasks: new Map(),
  profile: null,
  unlocked: null,
  owner: null,
  arrived: null,
  nextView: 0,
  turn: Promise.resolve(),
  troubled: false,
  closed: false,
});

const closed = (): AppError => new AppError('unavailable', 'closing', 'The application is closing.');

const call = async (client: Client, name: string, input: unknown, check: boolean): Promise<unknown> => {
  if (!isOperation(name)) throw new AppError('bug', 'operation-unknown', `There is no operation "${name}".`);
  const parsed = operations[name].input.safeParse(input);
  if (!parsed.success) {
    throw new AppError(
      'invalid',
      'bad-input',
      `The request "${name}" is not valid at ${placeOf(parsed.error)}.`,
    );
  }
  try {
    // The table of handlers is typed by the same contract that parsed the input.
    const output = await handlers[name](client, parsed.data as never);
    return check ? checked(`answer of "${name}"`, operations[name].output, output) : output;
  } catch (error) {
    throw AppError.wrap(error);
  }
};

const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name);

/** The value itself once it is known to keep the contract; AppError `bug` names the place where it does not. */
const checked = <T>(what: string, schema: ZodType, value: T): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  throw new AppError('bug', 'bad-output', `The ${what} is not valid at ${placeOf(parsed.error)}.`);
};

const placeOf = ({ issues: [issue] }: ZodError): string =>
  `${issue?.path.join('.') || 'its top level'}: ${issue?.message ?? 'unknown reason'}`;
