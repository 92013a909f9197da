import type {
  EventName,
  EventOf,
  OperationName,
  OutputOf,
  ParsedInputOf,
} from '../../shared/contract/operations.ts';
import type { Connection } from '../../shared/model/connection.ts';
import type { Keychain } from '../identity/keychain.ts';
import type { Keys } from '../identity/keys.ts';
import type { Profile, Profiles } from '../profiles.ts';
import type { SettingsStore } from '../settings/settings.ts';
import type { Definitions } from '../sheets/definitions.ts';
import type { SheetView } from '../sheets/view.ts';
import type { EmbeddedWarehouse } from '../warehouse/embedded/embedded.ts';

/** What all clients of one backend share. */
export interface Shared {
  readonly dataFolder: string;
  readonly version: string;
  readonly host: 'desktop' | 'web';
  readonly platform: string;
  readonly timeZone: string;
  readonly now: () => Date;
  readonly randomBytes: (count: number) => Buffer;
  readonly uuid: () => string;
  readonly profiles: Profiles;
  readonly settings: SettingsStore;
  readonly definitions: Definitions;
  readonly keychain: Keychain;
  readonly keys: Keys;
  /** Starts the demo warehouse once for everyone. */
  readonly embedded: (onProgress: (event: EventOf<'start.progress'>) => void) => Promise<EmbeddedWarehouse>;
  /** Tells every client but one. */
  readonly others: (except: Client, tell: (client: Client) => void) => void;
}

/** A window or browser tab: its own session and views. */
export interface Client {
  readonly shared: Shared;
  readonly send: <N extends EventName>(name: N, event: EventOf<N>) => void;
  profile: Profile | null;
  /** Views by sheet; a view's number changes whenever it is set again. */
  readonly views: Map<
    string,
    {
      readonly number: number;
      readonly view: SheetView;
      readonly cancel: AbortController;
      readonly stop: () => void;
    }
  >;
  nextView: number;
}

export type Handler<N extends OperationName> = (
  client: Client,
  input: ParsedInputOf<N>,
) => Promise<OutputOf<N>> | OutputOf<N>;
export type Handlers = { readonly [N in OperationName]: Handler<N> };

/** The demo's connection; its port is known once it runs. */
export const DEMO: Connection = {
  id: 'demo',
  name: 'Demo workspace',
  kind: 'embedded',
  host: '127.0.0.1',
  port: 5432,
  database: 'plan',
  tls: 'disable',
};
