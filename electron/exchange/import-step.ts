import type { CellSets, EditStep, RowInsert } from '../../shared/model/edit.ts';
import { NEW_ROW_PREFIX } from '../../shared/model/rows.ts';
import type { ImportPlan } from './import-plan.ts';

export interface StepFacts {
  readonly id: string;
  readonly sheet: string;
  readonly at: string;
  readonly label: string;
  /** For changes that need one. */
  readonly reason: string | undefined;
  readonly uuid: () => string;
}

/** The valid lines of an import as one step of the journal; null when they change nothing. */
export const importStep = ({ lines }: ImportPlan, facts: StepFacts): EditStep | null => {
  const { id, sheet, at, label, reason, uuid } = facts;
  const places = new Map<string, number>();
  const rows: string[] = [];
  const columnOf: number[] = [];
  const before: CellSets['before'] = [];
  const after: CellSets['after'] = [];
  const reasons: Record<string, string> = {};
  const inserts: RowInsert[] = [];
  for (const { result } of lines) {
    if (result.kind === 'add') inserts.push({ row: `${NEW_ROW_PREFIX}${uuid()}`, values: result.values });
    if (result.kind !== 'update') continue;
    for (const cell of result.cells) {
      const place = places.get(cell.column) ?? places.size;
      places.set(cell.column, place);
      if (cell.needsReason && reason !== undefined) reasons[String(rows.length)] = reason;
      rows.push(result.row);
      columnOf.push(place);
      before.push(cell.before);
      after.push(cell.after);
    }
  }
  if (rows.length === 0 && inserts.length === 0) return null;
  const columns = [...places.keys()];
  const reasoned = Object.keys(reasons).length > 0 ? { reasons } : {};
  return {
    ...{ id, sheet, at, label },
    ...(rows.length > 0 ? { sets: { columns, rows, columnOf, before, after, ...reasoned } } : {}),
    ...(inserts.length > 0 ? { inserts } : {}),
  };
};
