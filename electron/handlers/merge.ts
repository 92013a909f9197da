import { MOST_CONFLICTS } from '../../shared/contract/merge.ts';
import type { Conflict, ConflictKind } from '../../shared/model/batch.ts';
import { compareRowKeys } from '../../shared/plan/plan.ts';
import { tableFile } from '../exchange/table-out.ts';
import { authorsOf } from '../governance/merge/authors.ts';
import { conflictTable } from '../governance/merge/conflict-table.ts';
import { decideStates } from '../governance/merge/decide-step.ts';
import type { Profile } from '../profile.ts';
import { breathing } from '../sheets/breathe.ts';
import { type Handlers, profileOf, sheetOf } from './context.ts';
import { journaled } from './edits.ts';

type MergeHandlers = Pick<
  Handlers,
  'merge.state' | 'merge.decide' | 'merge.seen' | 'merge.authors' | 'merge.export'
>;

export const mergeHandlers: MergeHandlers = {
  'merge.state': (client, { sheet }) => {
    sheetOf(client, sheet);
    return stateOf(profileOf(client), sheet);
  },
  'merge.decide': async (client, { sheet: id, where, decision }) => {
    const { sheet } = sheetOf(client, id);
    const profile = profileOf(client);
    const { now, uuid, clock } = client.shared;
    await profile.merges.whenDone(id);
    const deciding = { profile, sheet, breathe: breathing(clock), uuid };
    const { label, rows, decided } = await decideStates(deciding, where, decision);
    const step = { id: uuid(), at: now().toISOString(), label, rows };
    // The window that decides hears of its edits as the others do.
    journaled(client, ({ journal }) => journal.decide(id, step), true);
    await profile.merges.look(
      id,
      rows.map(({ row }) => row),
    );
    return { decided, left: profile.merges.conflicts(id).size };
  },
  'merge.seen': (client, { sheet }) => {
    sheetOf(client, sheet);
    profileOf(client).merges.seen(sheet);
    return {};
  },
  'merge.authors': async (client, { sheet: id, rows }) => ({
    authors: await authorsOf(profileOf(client), sheetOf(client, id).sheet, rows),
  }),
  'merge.export': async (client, { sheet: id }) => {
    const { definition } = sheetOf(client, id).sheet;
    const held = profileOf(client).merges.conflicts(id);
    const table = conflictTable(definition, held, breathing(client.shared.clock));
    const name = `${definition.source.table}-undecided`.replace(/[^\p{L}\p{N}._-]/gu, '_');
    const file = { format: 'csv', delimiter: ',', name } as const;
    const { bytes, rows } = await tableFile(table, file, new AbortController().signal);
    return { fileName: `${name}.csv`, type: 'text/csv', bytes, rows };
  },
};

const stateOf = ({ merges }: Profile, sheet: string) => {
  const held = merges.conflicts(sheet);
  const conflicts: Conflict[] = [];
  const columns = new Map<string, number>();
  const kinds = new Map<ConflictKind, number>();
  let more = 0;
  // In the order of their keys, so that a decision taken back finds its place again.
  const rows = [...held.values()];
  if (rows.length <= MOST_CONFLICTS) rows.sort((a, b) => compareRowKeys(a.mine.row, b.mine.row));
  for (const { conflicts: of } of rows) {
    for (const conflict of of) {
      if (conflicts.length < MOST_CONFLICTS) conflicts.push(conflict);
      else more++;
      kinds.set(conflict.kind, (kinds.get(conflict.kind) ?? 0) + 1);
      if (conflict.column !== undefined)
        columns.set(conflict.column, (columns.get(conflict.column) ?? 0) + 1);
    }
  }
  return {
    rows: held.size,
    settled: merges.settled(sheet),
    conflicts,
    more,
    columns: [...columns].map(([column, cells]) => ({ column, cells })),
    kinds: [...kinds].map(([kind, cells]) => ({ kind, cells })),
  };
};
