import { OpenSheet } from '../../../../electron/sheets/open-sheet.ts';
import type { Warehouse } from '../../../../electron/warehouse/adapter.ts';
import type { PendingRow } from '../../../../shared/model/edit.ts';
import type { SheetRights } from '../../../../shared/model/rights.ts';
import type { Severity, SheetDefinition } from '../../../../shared/model/sheet.ts';
import { PLAIN_QUERY } from '../../../../shared/model/view.ts';
import { type Cell, column } from '../sheets/sheet-fixture.ts';

/** A sheet of id, a name that is required, and two numbers of which the first may not be above the second. */
export const ruledDefinition = (nameSeverity: Severity): SheetDefinition => ({
  version: 1,
  id: 'sheet',
  name: 'Sheet',
  source: { schema: 's', table: 't' },
  sourceKind: 'table',
  key: ['id'],
  columns: [
    column('id', { kind: 'integer', bits: 32 }),
    column(
      'name',
      { kind: 'text' },
      { rules: [{ kind: 'required', severity: nameSeverity, origin: 'definition' }] },
    ),
    column('low', { kind: 'decimal' }),
    column('high', { kind: 'decimal' }),
  ],
  rules: [
    {
      ...{ name: 'order', expression: 'low <= high', message: 'Low is above high.' },
      ...{ columns: [], severity: 'block', origin: 'definition' },
    },
  ],
});

export const fullRights = ({ columns }: SheetDefinition): SheetRights => ({
  select: true,
  insert: true,
  delete: true,
  updateColumns: columns.map(({ name }) => name),
  insertColumns: columns.map(({ name }) => name),
  rowPolicies: false,
});

export interface LoadedSheetOptions {
  readonly definition: SheetDefinition;
  readonly rows: readonly (readonly Cell[])[];
  readonly rights?: Partial<SheetRights>;
  readonly flags?: readonly number[];
  readonly pending?: ReadonlyMap<string, PendingRow>;
  readonly truncated?: boolean;
}

/** A sheet whose rows are all there. */
export const loadedSheet = async (options: LoadedSheetOptions): Promise<OpenSheet> => {
  const { definition, rows, rights, flags, pending = new Map(), truncated = false } = options;
  const warehouse: Pick<Warehouse, 'read'> = {
    read: async (_request, onChunk) => {
      onChunk({ rows, flags: Uint8Array.from(rows, (_, i) => flags?.[i] ?? 3) });
      return { truncated };
    },
  };
  const sheet = new OpenSheet({
    definition,
    rights: { ...fullRights(definition), ...rights },
    warehouse: () => warehouse as Warehouse,
    journal: { held: () => [], pending: () => pending },
    clock: () => performance.now(),
    onReplaced: () => {},
  });
  // A view that needs all rows is there when they are.
  const sort = [{ column: definition.columns[0]?.name ?? '', descending: false }];
  await sheet.view({ ...PLAIN_QUERY, sort }, new AbortController().signal);
  return sheet;
};
