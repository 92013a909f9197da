import { AppError } from '../../shared/model/failure.ts';

const SERVICE = 'Writ';
const PROBE = 'availability';

/** Whether secrets can be kept by the operating system, with a sentence for the person. */
export interface KeychainState {
  readonly available: boolean;
  readonly detail: string;
}

/** Small secrets in the keychain of the operating system, under the service "Writ". Calls reject with AppError. */
export interface Keychain {
  state(): Promise<KeychainState>;
  get(account: string): Promise<string | null>;
  set(account: string, secret: string): Promise<void>;
  delete(account: string): Promise<boolean>;
}

/** What is used of keytar. */
export interface KeychainBackend {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, secret: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export interface KeychainOptions {
  /** A call unanswered after this many milliseconds counts as failed: an unlock prompt can stay open for ever. */
  readonly timeout?: number;
  readonly load?: () => Promise<KeychainBackend>;
}

// Loaded late: without libsecret the native module cannot be loaded at all.
const loadKeytar = async (): Promise<KeychainBackend> => {
  const module = (await import('keytar')) as KeychainBackend & { default?: KeychainBackend };
  return module.default ?? module;
};

const absent = (cause: unknown): AppError => {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new AppError('unavailable', 'keychain-unavailable', `The keychain does not answer: ${reason}`, {
    cause,
  });
};

const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${milliseconds / 1000} s`)),
    milliseconds,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** The keychain of this machine; where there is none, `state` says why and the other calls reject. */
export const createKeychain = (options: KeychainOptions = {}): Keychain => {
  const { timeout = 15_000, load = loadKeytar } = options;
  const ask = async <T>(call: (backend: KeychainBackend) => Promise<T>): Promise<T> => {
    try {
      return await within(timeout, load().then(call));
    } catch (error) {
      throw absent(error);
    }
  };
  return {
    state: async () => {
      try {
        await ask((backend) => backend.getPassword(SERVICE, PROBE));
        return { available: true, detail: 'Keys are kept in the keychain of this computer.' };
      } catch (error) {
        return { available: false, detail: AppError.wrap(error).message };
      }
    },
    get: (account) => ask((backend) => backend.getPassword(SERVICE, account)),
    set: (account, secret) => ask((backend) => backend.setPassword(SERVICE, account, secret)),
    delete: (account) => ask((backend) => backend.deletePassword(SERVICE, account)),
  };
};
