import type { Conflict, ConflictKind } from '../model/batch.ts';

/** A way out of a conflict that changes the pending edits. Exporting and looking at the row are always there. */
export type Way = 'mine' | 'theirs' | 'value' | 'anew';

const WAYS: Readonly<Record<ConflictKind, readonly Way[]>> = {
  changed: ['mine', 'theirs', 'value'],
  missing: ['theirs', 'anew'],
  exists: ['mine', 'theirs'],
  'column-gone': ['theirs'],
  'column-locked': ['theirs'],
  'row-locked': ['theirs'],
  closed: ['theirs'],
  rule: ['theirs', 'value'],
};

/** What can be done about a conflict, the first one named first. A deletion has no value to type. */
export const waysOut = ({ kind, mine }: Conflict): readonly Way[] =>
  kind === 'changed' && mine === undefined ? ['mine', 'theirs'] : WAYS[kind];

/** Who changed it and when, as the audit says; `deleted`: the row was deleted (else it may only be out of reach). */
export interface Author {
  readonly person: string;
  readonly at: string;
  readonly deleted: boolean;
}

/** What happened, in a sentence that names no technique. `author` is absent where nothing is known of who did it. */
export const whatHappened = (conflict: Conflict, author?: Author): string => {
  const { kind, mine, message } = conflict;
  switch (kind) {
    case 'changed':
      return mine === undefined
        ? 'You deleted the row; somebody changed it meanwhile.'
        : 'Somebody changed this cell after you read it.';
    case 'missing':
      if (author?.deleted) return 'The row was deleted in the table.';
      return author
        ? 'The row is out of your reach now: it was changed so that you may no longer see it.'
        : 'The row is not in the table any more, or you may no longer see it.';
    case 'exists':
      return 'A row with the key of your new row is in the table already.';
    case 'column-gone':
      return 'The column is not in the table any more.';
    case 'column-locked':
      return `The column takes no values from you now. ${message ?? ''}`.trim();
    case 'row-locked':
      return message ?? 'You may see the row and no longer change it.';
    case 'closed':
      return `The period was closed meanwhile. ${message ?? ''}`.trim();
    case 'rule':
      return `The rule of the column was tightened. ${message ?? ''}`.trim();
  }
};

/** What a way out is called for a conflict. */
export const wayLabel = ({ kind, mine }: Conflict, way: Way): string => {
  switch (way) {
    case 'mine':
      if (kind === 'exists') return 'Change the existing row';
      return mine === undefined ? 'Delete anyway' : 'Keep mine';
    case 'theirs':
      if (kind === 'changed') return mine === undefined ? 'Keep the row' : 'Take theirs';
      return kind === 'exists' ? 'Discard my row' : 'Discard mine';
    case 'value':
      return 'Type another';
    case 'anew':
      return 'Enter as a new row';
  }
};

/** What a group of conflicts of one kind is called, for bulk decisions. */
export const kindLabel: Readonly<Record<ConflictKind, string>> = {
  changed: 'Changed by somebody else',
  missing: 'Row gone',
  exists: 'Key taken',
  'column-gone': 'Column gone',
  'column-locked': 'Column read-only',
  'row-locked': 'Row read-only',
  closed: 'Period closed',
  rule: 'Rule tightened',
};
