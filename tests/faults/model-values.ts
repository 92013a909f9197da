import type { Change, Changes } from './model-person.ts';

/** What a row shows; null where there is none. */
export type Value = string | null;

/** One step to undo: rows with what they showed before and after it. */
export type Action = readonly { readonly row: string; readonly from: Value; readonly to: Value }[];

/** Rows that are written by their key take no edits until their batch has ended. */
export const bars = (change: Change | undefined): boolean => change !== undefined && change.kind !== 'update';

/** Whether the table holds, of every row, what was there when it was entered. */
export const isUntouched = (sent: Changes, held: ReadonlyMap<string, string>): boolean =>
  [...sent].every(([row, { before }]) => (held.get(row) ?? null) === before);

/** What is left of steps when the rows of a batch are taken out of them. */
export const without = (actions: readonly Action[], sent: Changes): Action[] =>
  actions.map((action) => action.filter(({ row }) => !sent.has(row))).filter((action) => action.length > 0);

/** Whether steps have changed a row; typed back to what it began with, an edit is none any more. */
export const isEdited = (done: readonly Action[], row: string): boolean => {
  const actions = done.flat().filter((action) => action.row === row);
  return actions[0]?.from !== actions.at(-1)?.to;
};
