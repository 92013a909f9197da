import type {
  EventName,
  EventOf,
  OperationName,
  OutputOf,
  ParsedInputOf,
} from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { DemoWarehouse } from '../demo-warehouse.ts';
import type { ImportedFile } from '../exchange/read-file.ts';
import type { Keychain } from '../identity/keychain.ts';
import type { Keys, ProfileKey } from '../identity/keys.ts';
import type { TokenOwner, TokenSource } from '../identity/oidc/token-source.ts';
import type { Tokens } from '../identity/oidc/tokens.ts';
import { notOpen, type Profile } from '../profile.ts';
import type { Profiles } from '../profiles.ts';
import type { Administrator } from '../settings/administrator.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { AnyView } from '../sheets/any-view.ts';
import type { Definitions } from '../sheets/definitions.ts';
import type { KeptFolds } from '../sheets/folding.ts';
import type { OpenSheet } from '../sheets/open-sheet.ts';
import type { KeptPasswords } from './kept-passwords.ts';

/** What all clients of one backend share. */
export interface Shared {
  readonly dataFolder: string;
  readonly version: string;
  readonly host: 'desktop' | 'web';
  readonly platform: string;
  readonly timeZone: string;
  readonly now: () => Date;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  readonly uuid: () => string;
  /** Tables of more rows are read page by page, and kept only in part; a million where it is not said. */
  readonly rowLimit?: number | undefined;
  readonly profiles: Profiles;
  readonly settings: SettingsStore;
  readonly definitions: Definitions;
  readonly keychain: Keychain;
  readonly keys: Keys;
  readonly passwords: KeptPasswords;
  readonly tokens: TokenSource;
  readonly administrator: Administrator;
  /** Brings an address before the person in their own browser, where this machine has one. */
  readonly openBrowser: (url: string) => void;
  readonly demo: DemoWarehouse;
  /** Tells the windows of a profile, but one; with `sheet` those that have it open. */
  readonly tell: <N extends EventName>(
    profile: Profile,
    name: N,
    event: EventOf<N>,
    options?: { readonly sheet?: string | undefined; readonly except?: Client },
  ) => void;
}

/** A sheet a client has open. Its view's number changes whenever the view is set again; 0 before the first. */
export interface ClientSheet {
  readonly sheet: OpenSheet;
  number: number;
  view: AnyView | null;
  /** Groups opened and closed, for the next view. */
  folds: KeptFolds | null;
  cancel: AbortController;
  /** Ends the search under way when another begins. */
  search: AbortController;
  /** The file being taken in. */
  file: { readonly id: string; readonly file: ImportedFile } | null;
  stop: () => void;
}

/** A window or browser tab: its own session and views. */
export interface Client {
  readonly shared: Shared;
  readonly send: <N extends EventName>(name: N, event: EventOf<N>) => void;
  readonly sheets: Map<string, ClientSheet>;
  profile: Profile | null;
  /** The key of the profile this client has open: the same person signs in again without its passphrase. */
  unlocked: { readonly profile: string; readonly key: ProfileKey } | null;
  /** Whose tokens the session lives on; null where it has none. */
  owner: TokenOwner | null;
  /** Tokens of a sign-in in the browser until the session opens that keeps them. */
  arrived: { readonly connection: string; readonly user: string; readonly tokens: Tokens } | null;
  /** Long operations under way, by the name the window gave them. */
  readonly tasks: Map<string, AbortController>;
  nextView: number;
  /** Signing in and out happen one after the other. */
  turn: Promise<unknown>;
  /** The journal of this client was last heard to be in trouble. */
  troubled: boolean;
  closed: boolean;
}

export type Handler<N extends OperationName> = (
  client: Client,
  input: ParsedInputOf<N>,
) => Promise<OutputOf<N>> | OutputOf<N>;
export type Handlers = { readonly [N in OperationName]: Handler<N> };

/** The person this client is; AppError `denied` before a session is open. */
export const profileOf = (client: Client): Profile => {
  if (!client.profile)
    throw new AppError('denied', 'no-session', 'Nobody is signed in. Choose a connection first.');
  return client.profile;
};

/** A sheet this client has open; AppError `invalid` when it has not. */
export const sheetOf = (client: Client, id: string): ClientSheet => {
  profileOf(client);
  const open = client.sheets.get(id);
  if (!open) throw notOpen();
  return open;
};
