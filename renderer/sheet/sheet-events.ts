import type { BackendClient } from '../../shared/contract/client.ts';
import type { EventOf } from '../../shared/contract/operations.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import type { SubmittedEdits } from '../../shared/model/review.ts';
import type { SheetStore } from './sheet-store.ts';

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
export const listenTo = (
  client: BackendClient,
  store: SheetStore,
  sheet: string,
  listener: SheetListener,
): (() => void)[] => [
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
  client.on('review.changed', ({ batch }) => {
    // A policy was set, or the login is at work from more or fewer machines.
    if (batch === null) void lookAtPolicy(client, store, sheet);
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

/** Shows what the policy of a sheet under approval means now; its rows stay as they are. What cannot be asked stays too. */
const lookAtPolicy = async (client: BackendClient, store: SheetStore, sheet: string): Promise<void> => {
  if (store.snapshot.opened?.policy?.policy.mode !== 'approval') return;
  const policy = await client.call('policies.get', { sheet }).catch(() => null);
  const { opened } = store.snapshot;
  if (policy && opened?.definition.id === sheet) store.set({ opened: { ...opened, policy } });
};
