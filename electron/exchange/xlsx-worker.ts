import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../../shared/model/failure.ts';
import { readXlsx } from './xlsx-in.ts';
import type { FromWorker, ToWorker, WorkerJob } from './xlsx-messages.ts';
import { writeXlsx } from './xlsx-out.ts';

/** Rows in one message: small enough that unpacking it never holds the backend up. */
const CHUNK = 250;

/** Reads or writes one workbook beside the backend, whose process must answer meanwhile. */
const main = async (port: MessagePort): Promise<void> => {
  const job = workerData as WorkerJob;
  const say = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  try {
    await (job.kind === 'read' ? read(job, port, say) : write(job, port, say));
  } catch (error) {
    say({ kind: 'failed', failure: AppError.wrap(error).toFailure() });
  }
  port.close();
};

type Say = (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;

const heard = (port: MessagePort): Promise<ToWorker> =>
  new Promise((resolve) => port.once('message', resolve));

const read = async ({ bytes }: WorkerJob & { kind: 'read' }, port: MessagePort, say: Say): Promise<void> => {
  const sheets = await readXlsx(bytes);
  for (const { name, rows } of sheets) {
    say({ kind: 'sheet', name, rows: rows.length });
    for (let at = 0; at < rows.length; at += CHUNK) {
      const ready = heard(port);
      say({ kind: 'rows', rows: rows.slice(at, at + CHUNK) });
      // One chunk at a time: the port would hand over all that wait in one go.
      await ready;
    }
  }
  say({ kind: 'read' });
};

const write = async (
  { name, columns }: WorkerJob & { kind: 'write' },
  port: MessagePort,
  say: Say,
): Promise<void> => {
  const rows: (readonly (string | null)[])[] = [];
  for (let message = heard(port); ; message = heard(port)) {
    const said = await message;
    if (said.kind !== 'rows') break;
    for (const row of said.rows) rows.push(row);
  }
  const bytes = new Uint8Array(await writeXlsx(name, columns, rows));
  say({ kind: 'written', bytes }, [bytes.buffer]);
};

if (parentPort) void main(parentPort);
