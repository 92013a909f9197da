import type { Failure } from '../../shared/model/failure.ts';
import type { XlsxSheet } from './xlsx-in.ts';
import type { XlsxColumn } from './xlsx-out.ts';

type Rows<T> = readonly (readonly T[])[];

/** What a worker is started for. */
export type WorkerJob =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'write'; readonly name: string; readonly columns: readonly XlsxColumn[] };

export type FromWorker =
  | { readonly kind: 'sheet'; readonly name: string; readonly rows: number }
  | { readonly kind: 'rows'; readonly rows: XlsxSheet['rows'] }
  | { readonly kind: 'read' }
  | { readonly kind: 'written'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** `next` asks for more of what is read; `rows` and `end` are what is to be written. */
export type ToWorker =
  | { readonly kind: 'next' }
  | { readonly kind: 'rows'; readonly rows: Rows<string | null> }
  | { readonly kind: 'end' };
