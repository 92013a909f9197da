import type { PendingRow } from '../../shared/model/edit.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import { rebaseRow } from './rebase.ts';

export type State = PendingRow | undefined;

/** What one undoable action did: rows with their pending state before and after. Row objects are never changed. */
export interface Action {
  readonly id: string;
  readonly label: string;
  readonly rows: readonly RowKey[];
  readonly before: readonly State[];
  readonly after: readonly State[];
}

const rebaseAction = (action: Action, written: ReadonlyMap<RowKey, PendingRow>): Action | undefined => {
  if (!action.rows.some((row) => written.has(row))) return action;
  const before: State[] = [];
  const after: State[] = [];
  for (const [i, row] of action.rows.entries()) {
    const from = rebaseRow(action.before[i], written.get(row));
    const to = rebaseRow(action.after[i], written.get(row));
    if (from === 'impossible' || to === 'impossible') return undefined;
    before.push(from);
    after.push(to);
  }
  return { ...action, before, after };
};

/** Actions restated over what a batch wrote; what lies below one that has no meaning any more is out of reach as well. */
export const rebaseStack = (stack: readonly Action[], written: ReadonlyMap<RowKey, PendingRow>): Action[] => {
  const rebased = stack.map((action) => rebaseAction(action, written));
  return rebased.slice(rebased.lastIndexOf(undefined) + 1).filter((action) => action !== undefined);
};

/** The part of an action that concerns other rows; nothing where there is none. */
export const without = (action: Action, rows: ReadonlyMap<RowKey, unknown>): readonly Action[] => {
  const places = action.rows.flatMap((row, i) => (rows.has(row) ? [] : [i]));
  if (places.length === action.rows.length) return [action];
  return places.length === 0 ? [] : [picked(action, places)];
};

const picked = ({ id, label, rows, before, after }: Action, places: readonly number[]): Action => ({
  id,
  label,
  rows: places.map((i) => rows[i] ?? ''),
  before: places.map((i) => before[i]),
  after: places.map((i) => after[i]),
});

/** Whether two states of a row are one. */
export const sameState = (a: State, b: State): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Actions of more rows keep those that change nothing any more. */
const PICKED = 2_000;

/** Steps with every state restated; what then changes nothing is left out. */
export const restateStack = (
  stack: readonly Action[],
  changed: ReadonlyMap<RowKey, unknown>,
  restate: (row: RowKey, state: State) => State,
): Action[] =>
  stack.flatMap((action) => {
    const touched: number[] = [];
    for (let i = 0; i < action.rows.length; i++) if (changed.has(action.rows[i] ?? '')) touched.push(i);
    if (touched.length === 0) return [action];
    const before = [...action.before];
    const after = [...action.after];
    const idle = new Set<number>();
    for (const i of touched) {
      const row = action.rows[i] ?? '';
      before[i] = restate(row, before[i]);
      after[i] = restate(row, after[i]);
      if (sameState(before[i], after[i])) idle.add(i);
    }
    const restated = { ...action, before, after };
    // In a large paste a few rows that change nothing do no harm, and taking them out would hold everything up.
    if (idle.size === 0 || (action.rows.length > PICKED && idle.size < action.rows.length)) return [restated];
    const places = action.rows.flatMap((_, i) => (idle.has(i) ? [] : [i]));
    return places.length === 0 ? [] : [picked(restated, places)];
  });
