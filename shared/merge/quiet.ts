import { z } from 'zod';
import type { PendingRow } from '../model/edit.ts';

const cell = z.string().nullable();

/**
 * What a merge settles without asking, per row. `cells`: the warehouse holds `theirs` where `base` was seen; an edit to
 * `dropped` wanted just that and ends. `before`: a deletion is held against these values from now on. `gone`: a deletion of
 * a row that is deleted, or a new row that is there already as it was entered.
 */
export const quietChange = z.discriminatedUnion('kind', [
  z.object({
    row: z.string(),
    kind: z.literal('cells'),
    cells: z.record(z.string(), z.object({ base: cell, theirs: cell, dropped: cell.optional() })),
  }),
  z.object({ row: z.string(), kind: z.literal('before'), before: z.record(z.string(), cell) }),
  z.object({ row: z.string(), kind: z.literal('gone') }),
]);
export type QuietChange = z.infer<typeof quietChange>;

/** One row's pending state (or one that undo would bring back) once a quiet change is known; the same object where it is not concerned. */
export const afterQuiet = (state: PendingRow | undefined, change: QuietChange): PendingRow | undefined => {
  if (!state) return undefined;
  switch (change.kind) {
    case 'gone':
      return state.kind === 'update' ? state : undefined;
    case 'before':
      return state.kind === 'delete' ? { ...state, before: change.before } : state;
    case 'cells':
      return state.kind === 'update' ? restated(state, change.cells) : state;
  }
};

type Update = Extract<PendingRow, { kind: 'update' }>;
type QuietCells = Extract<QuietChange, { kind: 'cells' }>['cells'];

const restated = (state: Update, changes: QuietCells): Update | undefined => {
  let touched = false;
  const cells = Object.entries(state.cells).flatMap(([column, each]) => {
    const change = Object.hasOwn(changes, column) ? changes[column] : undefined;
    if (!change || each.before !== change.base) return [[column, each] as const];
    // Another value that undo would bring back is not what theirs is: it keeps its base, and asks.
    if (change.dropped !== undefined) {
      if (each.after !== change.theirs && each.after !== change.dropped) return [[column, each] as const];
      touched = true;
      return [];
    }
    touched = true;
    return [[column, { ...each, before: change.theirs }] as const];
  });
  if (!touched) return state;
  return cells.length === 0 ? undefined : { ...state, cells: Object.fromEntries(cells) };
};
