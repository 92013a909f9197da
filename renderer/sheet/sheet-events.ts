import type { BackendClient } from '../../shared/contract/client.ts';
import type { EventOf } from '../../shared/contract/operations.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import type { SubmittedEdits } from '../../shared/model/review.ts';

/** What a sheet wants to hear of. */
export interface SheetListener {
  progress(event: EventOf<'rows.progress'>): void;
  /** Another window changed the journal. */
  pending(delta: PendingDelta): void;
  /** Rows of the sheet changed in the warehouse. */
  changed(): void;
  /** Edits were submitted for review, came back or were written. */
  submitted(batches: readonly SubmittedEdits[]): void;
  /** What the warehouse says of the sheet may be something else now: rights and periods are read anew. */
  reopen(): void;
  /** Other rows need a decision. */
  merged(): void;
  /** Somebody commented on a cell. */
  commented(): void;
  /** The journal cannot write, or can again (null). */
  trouble(message: string | null): void;
}

/** Subscribes to the events of one sheet; the answers unsubscribe. */
export const listenTo = (client: BackendClient, sheet: string, listener: SheetListener): (() => void)[] => [
  client.on('rows.progress', (event) => {
    if (event.sheet === sheet) listener.progress(event);
  }),
  client.on('pending.changed', ({ delta }) => {
    if (delta.sheet === sheet) listener.pending(delta);
  }),
  client.on('sheet.changed', (event) => {
    if (event.sheet === sheet) listener.changed();
  }),
  client.on('submitted.changed', (event) => {
    if (event.sheet === sheet) listener.submitted(event.submitted);
  }),
  client.on('periods.changed', () => listener.reopen()),
  client.on('sheet.reopen', (event) => {
    if (event.sheet === sheet) listener.reopen();
  }),
  client.on('comments.changed', (event) => {
    if (event.sheet === sheet) listener.commented();
  }),
  client.on('merge.changed', (event) => {
    if (event.sheet === sheet) listener.merged();
  }),
  client.on('journal.trouble', ({ message }) => listener.trouble(message)),
];
