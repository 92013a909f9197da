import type { DecidedWhere, DecisionInput } from '../../../shared/contract/merge.ts';
import { type DecidedRow, type Decision, decideRow } from '../../../shared/merge/decide.ts';
import type { MergeFacts } from '../../../shared/merge/facts.ts';
import type { Conflict } from '../../../shared/model/batch.ts';
import type { PendingRow } from '../../../shared/model/edit.ts';
import { AppError } from '../../../shared/model/failure.ts';
import { NEW_ROW_PREFIX, type RowKey } from '../../../shared/model/rows.ts';
import type { Profile } from '../../profile.ts';
import type { Breath } from '../../sheets/breathe.ts';
import type { OpenSheet } from '../../sheets/open-sheet.ts';
import type { Judged } from './merge-pass.ts';
import { factsOfSheet } from './sheet-facts.ts';

const LABELS: Readonly<Record<DecisionInput['kind'], string>> = {
  mine: 'Keep mine',
  theirs: 'Take theirs',
  value: 'Type another value',
  anew: 'Enter as a new row',
};

export interface DecidedStates {
  readonly label: string;
  readonly rows: readonly DecidedRow[];
  /** How many conflicts the states end. */
  readonly decided: number;
}

/**
 * The pending states that a decision gives to the rows in conflict, worked out before anything is kept. A typed value that a rule
 * refuses throws AppError `invalid`; conflicts that do not allow the decision are passed over.
 */
export const decideStates = async (
  {
    profile,
    sheet,
    breathe,
    uuid,
  }: {
    readonly profile: Profile;
    readonly sheet: OpenSheet;
    readonly breathe: Breath;
    readonly uuid: () => string;
  },
  where: DecidedWhere,
  input: DecisionInput,
): Promise<DecidedStates> => {
  const { id, key } = sheet.definition;
  const pending = profile.journal.pending(id);
  const facts = factsOfSheet(sheet, pending, profile.now());
  const states = new Map<RowKey, DecidedRow>();
  let decided = 0;
  let seen = 0;
  const known = (row: RowKey): PendingRow | undefined => {
    const state = states.get(row);
    return state ? (state.state ?? undefined) : pending.get(row);
  };
  for (const { mine, conflicts } of picked(profile.merges.conflicts(id), where)) {
    if ((seen++ & 0x7f) === 0) await breathe();
    // Its edits changed while others were worked out: it is decided anew as it stands then.
    if (pending.get(mine.row) !== mine) continue;
    if (input.kind === 'value') refuseValue(facts, conflicts, input.value);
    const decision: Decision =
      input.kind === 'anew' ? { kind: 'anew', row: `${NEW_ROW_PREFIX}${uuid()}` } : input;
    const rows = decideRow({ mine, conflicts, decision, facts, key, pending: known });
    if (rows.length > 0) decided += conflicts.length;
    for (const row of rows) states.set(row.row, row);
  }
  return { label: LABELS[input.kind], rows: [...states.values()], decided };
};

const picked = (
  held: ReadonlyMap<RowKey, Judged>,
  { rows, columns, kinds }: DecidedWhere,
): readonly Judged[] => {
  const asked = rows ? [...new Set(rows)].flatMap((row) => held.get(row) ?? []) : [...held.values()];
  const fits = ({ column, kind }: Conflict): boolean =>
    (!columns || (column !== undefined && columns.includes(column))) && (!kinds || kinds.includes(kind));
  return asked.flatMap(({ mine, conflicts }) => {
    const those = conflicts.filter(fits);
    return those.length > 0 ? [{ mine, conflicts: those }] : [];
  });
};

const refuseValue = (facts: MergeFacts, conflicts: readonly Conflict[], value: string | null): void => {
  for (const { row, column = '' } of conflicts) {
    const fact = facts.columns.get(column);
    const message = fact?.refusal(false) ?? fact?.check(value) ?? null;
    if (message !== null)
      throw new AppError('invalid', 'value-refused', message, { details: { row, column } });
  }
};
