import type { CommitOutcome } from '../../shared/model/batch.ts';
import type { PendingDelta } from '../../shared/model/edit.ts';
import type { Submitted } from '../governance/batch-runs.ts';
import type { Profile } from '../profile.ts';
import type { Client, Shared } from './context.ts';

/** Tells the person's other windows what became of pending edits. */
export const tellPending = (
  { shared }: Client,
  profile: Profile,
  delta: PendingDelta,
  except?: Client,
): void =>
  shared.tell(
    profile,
    'pending.changed',
    { delta },
    except ? { sheet: delta.sheet, except } : { sheet: delta.sheet },
  );

/**
 * What a batch's end means for others: this person's other windows see the edits settle, everyone who looks at the table
 * sees it changed. The window that asked has the answer itself.
 */
export const announce = (
  client: Client,
  profile: Profile,
  sheet: string,
  ended: Submitted,
): CommitOutcome => {
  const { outcome, delta, rows, trouble } = ended;
  if (delta) tellPending(client, profile, delta, client);
  if (trouble !== null) tellTrouble(client, trouble);
  if (rows.length === 0 && outcome.kind !== 'committed') return outcome;
  const batch = outcome.kind === 'committed' ? outcome.batch : null;
  client.shared.tell(profile, 'sheet.changed', { sheet, batch }, { sheet, except: client });
  if (outcome.kind === 'committed') void tellNeighbours(client.shared, profile, sheet, ended);
  return outcome;
};

/** The same for batches settled without a window asking: at sign-in, or when the warehouse answers again. */
export const announceToProfile = (
  shared: Shared,
  profile: Profile,
  all: readonly { readonly sheet: string; readonly ended: Submitted }[],
): void => {
  for (const { sheet, ended } of all) {
    const { outcome, delta } = ended;
    if (delta) shared.tell(profile, 'pending.changed', { delta }, { sheet });
    if (outcome.kind !== 'committed') continue;
    shared.tell(profile, 'sheet.changed', { sheet, batch: outcome.batch }, { sheet });
    void tellNeighbours(shared, profile, sheet, ended);
  }
};

/** The journal cannot write (message), or can again (null); said once, not with every edit. */
export const tellTrouble = (client: Client, message: string | null): void => {
  if (message === null && !client.troubled) return;
  client.troubled = message !== null;
  client.send('journal.trouble', { message });
};

/** Other people's copies are reread as those people, under their own rights, before their windows are told. */
const tellNeighbours = async (
  shared: Shared,
  profile: Profile,
  sheet: string,
  { outcome, rows }: Submitted,
): Promise<void> => {
  for (const neighbour of await shared.profiles.neighbours(profile)) {
    if (neighbour.sheetsOf(sheet).length === 0) continue;
    // A failed rereading shows the old rows until the next refresh; the change itself is announced all the same.
    await neighbour.reread(sheet, rows).catch(() => {});
    shared.tell(neighbour, 'sheet.changed', { sheet, batch: outcome.batch }, { sheet });
  }
};
