import type { PendingDelta } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';
import { isNewRow } from '../../shared/model/rows.ts';
import { checkStep } from '../governance/check-step.ts';
import { typedBack } from '../governance/merge/typed-back.ts';
import { rowsOf } from '../journal/open-journal.ts';
import type { Profile } from '../profile.ts';
import { tellPending, tellTrouble } from './announce.ts';
import { type Client, type Handlers, profileOf, sheetOf } from './context.ts';

type EditHandlers = Pick<Handlers, 'edits.append' | 'edits.undo' | 'edits.redo' | 'edits.discard'>;

export const editHandlers: EditHandlers = {
  'edits.append': async (client, { step }) => {
    const { sheet } = sheetOf(client, step.sheet);
    if (sheet.paged)
      await sheet.know([...(step.sets?.rows ?? []), ...(step.deletes ?? []).map(({ row }) => row)]);
    const { journal } = profileOf(client);
    // A new row in a batch that waits or is under review is not pending, but it is not gone.
    journal.refuseLocked(step.sheet, rowsOf(step).filter(isNewRow));
    checkStep(sheet, step, journal.pending(step.sheet));
    const rows = typedBack(sheet, step, journal.pending(step.sheet));
    if (rows.length === 0) return journaled(client, () => journal.append(step));
    const { now, uuid } = client.shared;
    const decided = { id: uuid(), at: now().toISOString(), label: step.label, rows };
    const based = journaled(client, () => journal.decide(step.sheet, decided));
    return joined(
      based,
      journaled(client, () => journal.append(step)),
    );
  },
  'edits.undo': (client, { sheet }) => journaled(client, ({ journal }) => journal.undo(sheet)),
  'edits.redo': (client, { sheet }) => journaled(client, ({ journal }) => journal.redo(sheet)),
  'edits.discard': (client, { sheet, rows }) => {
    const { now, uuid } = client.shared;
    return journaled(client, ({ journal }) => journal.discard(sheet, rows, now().toISOString(), uuid()));
  },
};

/** Two changes one after the other as one answer. */
const joined = (first: PendingDelta, then: PendingDelta): PendingDelta => {
  const again = new Set([...then.rows.map(({ row }) => row), ...then.cleared]);
  return {
    ...then,
    rows: [...first.rows.filter(({ row }) => !again.has(row)), ...then.rows],
    cleared: [...first.cleared.filter((row) => !again.has(row)), ...then.cleared],
  };
};

/** Runs a change of the journal, tells the person's other windows (or `all`), and reports a journal that cannot write. */
export const journaled = (
  client: Client,
  change: (profile: Profile) => PendingDelta,
  all = false,
): PendingDelta => {
  const profile = profileOf(client);
  let delta: PendingDelta;
  try {
    delta = change(profile);
  } catch (error) {
    const failure = AppError.wrap(error);
    if (failure.kind === 'unavailable') tellTrouble(client, failure.message);
    throw failure;
  }
  tellTrouble(client, null);
  tellPending(client, profile, delta, all ? undefined : client);
  return delta;
};
