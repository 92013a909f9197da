import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call a traced program made on the files watched. */
export interface TracedCall {
  readonly name: string;
  readonly text: string;
}

export interface Traced {
  readonly calls: readonly TracedCall[];
  readonly stdout: string;
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
}

export interface TraceOptions {
  /** Only calls on these files count. */
  readonly files: readonly string[];
  readonly calls: readonly string[];
  /** What strace does to some calls: `pwrite64:signal=KILL:when=3` (strace(1), "Tampering"). */
  readonly inject?: string;
}

/** Why programs cannot be traced here; null where they can. */
export const straceMissing = (): string | null => {
  if (process.platform !== 'linux') return 'system calls are only traced on Linux';
  const tried = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (tried.error) return 'strace is not installed';
  return tried.status === 0 ? null : 'this machine does not let strace attach (ptrace)';
};

/** Runs a TypeScript program of the tests under strace. */
export const traceProgram = async (
  program: string,
  args: readonly string[],
  { files, calls, inject }: TraceOptions,
  onOutput?: (text: string) => void,
): Promise<Traced> => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-trace-'));
  const log = join(folder, 'log');
  const child = spawn(
    'strace',
    [
      // Without --seccomp-bpf: with it, calls are not tampered with.
      ...['-f', '-qq', '-s', '0', '-o', log, '-e', `trace=${calls.join(',')}`],
      ...(inject === undefined ? [] : ['-e', `inject=${inject}`]),
      ...files.flatMap((file) => ['-P', file]),
      ...[process.execPath, program, ...args],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<Pick<Traced, 'code' | 'signal'>>();
  child.once('error', reject).once('close', (code, signal) => resolve({ code, signal }));
  const ended = await promise;
  const text = readFileSync(log, 'utf8');
  rmSync(folder, { recursive: true });
  // "12345 pwrite64(21, ..., 4096, 0) = 4096"
  const found = text.split('\n').flatMap((line) => {
    const name = /^\d+ +(\w+)\(/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, text: line }];
  });
  return { ...ended, stdout, calls: found };
};
