import type { SheetAge } from '../../shared/contract/offline.ts';
import { packColumn } from '../../shared/model/rows.ts';
import { PLAIN_QUERY } from '../../shared/model/view.ts';
import type { WarehouseLink } from '../link.ts';
import { rowMatcher } from '../sheets/matching.ts';
import type { KeptReading, SheetOffline } from '../sheets/offline.ts';
import type { PackedChunk } from '../sheets/row-store.ts';
import type { RowChunk } from '../warehouse/adapter.ts';
import type { SheetFacts, Slice, Snapshots } from './snapshots.ts';

export interface SheetOfflineParts {
  readonly snapshots: Snapshots;
  readonly link: Pick<WarehouseLink, 'why' | 'suspect'>;
  readonly facts: SheetFacts;
  readonly now: () => Date;
  /** The last entry of the journal. */
  readonly lastEntry: () => number;
  readonly onAge: (age: SheetAge | null) => void;
  /** A reading was kept. */
  readonly onKept: () => void;
}

/** What one sheet of a profile has on this machine. */
export const sheetOffline = (parts: SheetOfflineParts): SheetOffline => {
  const { snapshots, link, facts, lastEntry, onAge } = parts;
  const { id } = facts.definition;
  return {
    why: () => link.why(),
    suspect: () => link.suspect(),
    load: () => snapshots.load(id),
    lastEntry,
    sliced: () => sliceOf(snapshots, id).length > 0,
    begin: () => keptReading(parts),
    patch: (keys, chunk, read) => snapshots.patch(id, keys, chunk, read),
    lookup: (column) => snapshots.lookup(id, column),
    keepLookup: (column, values) => snapshots.keepLookup(id, column, values),
    onAge,
  };
};

/** Takes a reading of a sheet down, only the rows chosen where there is a choice. */
export const keptReading = ({
  snapshots,
  facts,
  now,
  lastEntry,
  onKept,
}: Pick<SheetOfflineParts, 'snapshots' | 'facts' | 'now' | 'lastEntry' | 'onKept'>): KeptReading => {
  const writer = snapshots.begin(facts.definition.id, facts, lastEntry());
  const at = now().toISOString();
  const choose = chooser(facts, sliceOf(snapshots, facts.definition.id));
  return {
    rows: (packed, chunk) => {
      const chosen = choose ? choose(chunk) : packed;
      if (chosen.count > 0) writer.rows(chosen);
    },
    patch: (keys, chunk, read) => writer.patch(keys, chunk, read),
    finish: () => writer.finish(at).then(onKept),
    cancel: () => writer.cancel(),
  };
};

const sliceOf = (snapshots: Snapshots, sheet: string): Slice =>
  snapshots.list().find((each) => each.sheet === sheet)?.slice ?? [];

const chooser = (
  { definition: { columns } }: SheetFacts,
  slice: Slice,
): ((chunk: RowChunk) => PackedChunk) | null => {
  const matches = rowMatcher({ ...PLAIN_QUERY, filters: slice }, columns);
  if (!matches) return null;
  return ({ rows, flags }) => {
    const kept = rows.flatMap((row, i) => (matches((place) => row[place] ?? null) ? [i] : []));
    return {
      count: kept.length,
      columns: columns.map((_, c) => packColumn(kept.map((i) => rows[i]?.[c] ?? null))),
      flags: Uint8Array.from(kept, (i) => flags[i] ?? 0),
    };
  };
};
