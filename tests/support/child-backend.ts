import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type {
  EventName,
  EventOf,
  InputOf,
  OperationName,
  OutputOf,
} from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';

const PROGRAM = join(import.meta.dirname, 'child-backend-program.ts');

export interface ChildOptions {
  readonly folder: string;
  /** Of `fileKeychain`. */
  readonly keychain: string;
  /** A `CommitStep` at which the process dies; `unlocked`: its journal is not its own. */
  readonly dieAt?: string;
  /** What the program is started under: strace and its arguments. */
  readonly under?: readonly string[];
}

/** A backend in another process, which may die at any time; calls under way then reject with `gone`. */
export interface ChildBackend {
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** The first event of this name that fits, of those said before or later, with the time it was heard (`performance.now`). */
  heard<N extends EventName>(
    name: N,
    fits?: (event: EventOf<N>) => boolean,
  ): Promise<{ readonly event: EventOf<N>; readonly at: number }>;
  /** The process stands still, as on a machine that sleeps, until the answer is called. */
  sleep(): () => void;
  /** Kills the process at once and waits for its end. */
  kill(): Promise<void>;
  /** Lets it close as a program that is quit. */
  quit(): Promise<void>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
}

const gone = (): AppError => new AppError('unavailable', 'gone', 'The program ended.');

interface Line {
  readonly id?: number;
  readonly answer?: unknown;
  readonly failure?: { readonly kind: AppError['kind']; readonly code: string; readonly message: string };
  readonly event?: string;
  readonly data?: unknown;
}

/** Starts the program and waits until it takes calls. */
export const startChildBackend = async (options: ChildOptions): Promise<ChildBackend> => {
  const { folder, keychain, dieAt = '', under = [] } = options;
  const [command = process.execPath, ...args] = [
    ...under,
    process.execPath,
    PROGRAM,
    folder,
    keychain,
    dieAt,
  ];
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(() => {});
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: AppError): void }>();
  const events: { readonly name: string; readonly event: unknown; readonly at: number }[] = [];
  const watchers = new Set<() => void>();
  let next = 0;
  let dead = false;
  const { promise: ready, resolve: isReady, reject: isGone } = Promise.withResolvers<void>();
  void ended.then(() => {
    dead = true;
    isGone(gone());
    for (const { reject } of waiting.values()) reject(gone());
    waiting.clear();
  });
  const take = ({ id, answer, failure, event, data }: Line): void => {
    if (event !== undefined) {
      events.push({ name: event, event: data, at: performance.now() });
      for (const look of [...watchers]) look();
    } else if (id === undefined) isReady();
    else {
      const call = waiting.get(id);
      waiting.delete(id);
      if (failure) call?.reject(new AppError(failure.kind, failure.code, failure.message));
      else call?.resolve(answer);
    }
  };
  // A line without its end was not said.
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(JSON.parse(line) as Line);
  });
  child.stdin?.on('error', () => {});
  await ready;
  return {
    ended,
    call: (name, input) =>
      new Promise((resolve, reject) => {
        if (dead) return reject(gone());
        const id = next++;
        waiting.set(id, { resolve: (answer) => resolve(answer as OutputOf<typeof name>), reject });
        child.stdin?.write(`${JSON.stringify({ id, name, input })}\n`);
      }),
    heard: (name, fits = () => true) =>
      new Promise((found) => {
        const look = (): void => {
          const hit = events.find((each) => each.name === name && fits(each.event as EventOf<typeof name>));
          if (!hit) return;
          watchers.delete(look);
          found({ event: hit.event as EventOf<typeof name>, at: hit.at });
        };
        watchers.add(look);
        look();
      }),
    sleep: () => {
      child.kill('SIGSTOP');
      return () => void child.kill('SIGCONT');
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    quit: async () => {
      child.stdin?.end();
      await ended;
    },
  };
};
