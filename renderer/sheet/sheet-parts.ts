import type { BackendClient } from '../../shared/contract/client.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import type { SheetRights } from '../../shared/model/rights.ts';
import type { Column, SheetDefinition, Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { LookupMatch } from '../grid/grid-model.ts';
import type { RowSet } from '../grid/row-set.ts';
import { BrokenRows } from './broken-rows.ts';
import { markedQuery } from './conditions.ts';
import { SheetGroups } from './groups/sheet-groups.ts';
import { LookupLabels } from './lookup-labels.ts';
import type { Overlay } from './overlay.ts';
import { SheetComments } from './sheet-comments.ts';
import { SheetConflicts } from './sheet-conflicts.ts';
import { SheetEntry } from './sheet-entry.ts';
import { SheetReading } from './sheet-reading.ts';
import type { SheetStore } from './sheet-store.ts';
import { type PAGE_SIZE, SheetView } from './sheet-view.ts';

/** A table, or the table as it was at a moment. */
export interface ShownSource extends Source {
  readonly at?: string | undefined;
}

/** What `sheets.open` is asked for it. */
export const openingOf = ({ at, ...source }: ShownSource): { source: Source; at?: string } => ({
  source,
  ...(at === undefined ? {} : { at }),
});

/** What exists of a sheet once it is open; made anew with every definition, except the view. */
export interface SheetParts {
  readonly reading: SheetReading;
  readonly view: SheetView;
  readonly entry: SheetEntry;
  readonly labels: LookupLabels;
  readonly comments: SheetComments;
  readonly conflicts: SheetConflicts;
  readonly groups: SheetGroups;
  readonly broken: BrokenRows;
  /** Entries of a lookup that fit a text, the best first. */
  search(column: Column, text: string): Promise<{ matches: readonly LookupMatch[]; total: number }>;
}

export interface SheetPartsOptions {
  readonly client: BackendClient;
  readonly definition: SheetDefinition;
  readonly rights: SheetRights;
  readonly overlay: Overlay;
  readonly store: SheetStore;
  readonly pages: typeof PAGE_SIZE;
  /** The view there was before, to be kept. */
  readonly view: SheetView | null;
  locale(): LocaleConventions;
  now(): Date;
  newId(): string;
  push(step: EditStep): void;
  changed(rows: RowSet): void;
  told(): void;
  /** Runs after everything typed so far is in the journal. */
  run(work: () => Promise<void>): Promise<void>;
  /** Shows the view that the query asks for. */
  show(): Promise<void>;
}

const MOST_SEARCHED = 1_000;
const MOST_FOUND = 100;

/** Wires the parts of a sheet. */
export const sheetParts = (options: SheetPartsOptions): SheetParts => {
  const { client, definition, rights, overlay, store, now, newId, push, changed, told } = options;
  const sheet = definition.id;
  const labels = new LookupLabels(
    (column, values) => client.call('lookups.labels', { sheet, column, values: [...values] }),
    (column) => store.draw({ kind: 'cells', rows: null, columns: [column] }),
  );
  const view =
    options.view ??
    new SheetView(
      client,
      sheet,
      {
        state: (state) => store.set(state),
        grid: (change) => store.draw(change),
        asked: (query) => markedQuery(query, overlay),
      },
      options.pages,
    );
  const { locale, run, show } = options;
  const groups = new SheetGroups({ definition, view, store, labels, locale, run, show });
  const reading = new SheetReading({
    definition,
    rights,
    overlay,
    labels,
    groups,
    now,
    locale,
    told,
    changed: (rows) => {
      view.figures.stale();
      broken.changed(rows);
    },
  });
  const broken = new BrokenRows({
    client,
    sheet,
    checks: reading.checks,
    isPending: (row) => overlay.kind(row) !== null,
    kept: () => run(async () => {}),
    known: (judged) => store.set({ judged }),
  });
  if (overlay.pending.size > 0) broken.all();
  const search: SheetParts['search'] = async (column, text) => {
    const asked = { sheet, column: column.name, text: text.slice(0, MOST_SEARCHED), limit: MOST_FOUND };
    const answer = await client.call('lookups.search', asked);
    labels.learn(column.name, answer.matches);
    return answer;
  };
  const ask = (asking: Parameters<SheetEntry['giveReason']>[0]): void => store.set({ asking });
  const entry = new SheetEntry({ overlay, sheet, reading, labels, now, newId, search, push, changed, ask });
  const comments = new SheetComments(client, sheet, overlay, (rows) => store.draw({ kind: 'cells', rows }));
  void comments.load();
  const conflicts = new SheetConflicts(client, sheet, overlay, store);
  void conflicts.load();
  return { reading, view, entry, labels, groups, broken, comments, conflicts, search };
};
