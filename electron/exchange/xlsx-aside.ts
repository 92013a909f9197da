import { Worker } from 'node:worker_threads';
import { AppError } from '../../shared/model/failure.ts';
import type { XlsxCell, XlsxSheet } from './xlsx-in.ts';
import type { FromWorker, ToWorker, WorkerJob } from './xlsx-messages.ts';
import type { XlsxColumn } from './xlsx-out.ts';

/** Where a workbook may take this much and no more; one made to be unpacked without end stops here. */
const MEMORY_MB = 3072;
/** Rows in one message to the worker. */
const CHUNK = 250;

/** Beside this file, in the sources as in the bundle. */
const workerFile = (): URL =>
  new URL(`./xlsx-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Runs a worker until `hear` answers something; rejects with its failure, or with the signal's reason when it is ended. */
const withWorker = <T>(
  job: WorkerJob,
  signal: AbortSignal,
  hear: (message: FromWorker, tell: (message: ToWorker) => void) => T | null,
  feed?: (tell: (message: ToWorker) => void) => Promise<void>,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(workerFile(), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    const tell = (message: ToWorker): void => worker.postMessage(message);
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      void worker.terminate();
      settle();
    };
    const aborted = (): void => end(() => reject(signal.reason));
    signal.addEventListener('abort', aborted);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') return end(() => reject(AppError.from(message.failure)));
      const answer = hear(message, tell);
      if (answer !== null) end(() => resolve(answer));
    });
    worker.on('error', (cause) => end(() => reject(workerFailure(cause))));
    worker.on('exit', () => end(() => reject(workerFailure(null))));
    feed?.(tell).catch((error: unknown) => end(() => reject(error)));
  });

const workerFailure = (cause: unknown): AppError => {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new AppError(
      'invalid',
      'xlsx-large',
      'The workbook is too large to be worked on. Split it, or use CSV.',
      { cause },
    );
  return new AppError('bug', 'xlsx-worker', 'Working on the workbook ended unexpectedly.', { cause });
};

/** `readXlsx` in a thread of its own, so that the backend answers meanwhile. `progress` hears rows taken over. */
export const readXlsxAside = (
  bytes: Uint8Array,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<readonly XlsxSheet[]> => {
  const sheets: { name: string; rows: (readonly (XlsxCell | null)[])[] }[] = [];
  let rows = 0;
  return withWorker({ kind: 'read', bytes }, signal, (message, tell) => {
    if (message.kind === 'sheet') sheets.push({ name: message.name, rows: [] });
    if (message.kind === 'rows') {
      sheets.at(-1)?.rows.push(...message.rows);
      rows += message.rows.length;
      progress(rows);
      tell({ kind: 'next' });
    }
    return message.kind === 'read' ? sheets : null;
  });
};

/** `writeXlsx` in a thread of its own; rejects with what the rows reject with. */
export const writeXlsxAside = (
  name: string,
  columns: readonly XlsxColumn[],
  rows: AsyncIterable<readonly (string | null)[]>,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> =>
  withWorker(
    { kind: 'write', name, columns },
    signal,
    (message) => (message.kind === 'written' ? message.bytes : null),
    async (tell) => {
      let chunk: (readonly (string | null)[])[] = [];
      for await (const row of rows) {
        chunk.push(row);
        if (chunk.length < CHUNK) continue;
        tell({ kind: 'rows', rows: chunk });
        chunk = [];
      }
      tell({ kind: 'rows', rows: chunk });
      tell({ kind: 'end' });
    },
  );
