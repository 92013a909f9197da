import type { EditStep } from '../../../../shared/model/edit.ts';

type Cell = string | null;
export type CellEdit = readonly [row: string, column: string, before: Cell, after: Cell, reason?: string];

let next = 0;

/** A fresh id in the form of a UUID; distinct in one test process. */
export const freshId = (): string => `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`;

/** A step of cell edits as the renderer would send it. */
export const setStep = (edits: readonly CellEdit[], sheet = 'plan', label = 'Edit'): EditStep => {
  const columns = [...new Set(edits.map(([, column]) => column))];
  const reasons = Object.fromEntries(
    edits.flatMap(([, , , , reason], i) => (reason === undefined ? [] : [[String(i), reason]])),
  );
  return {
    id: freshId(),
    sheet,
    at: '2026-01-02T03:04:05.000Z',
    label,
    sets: {
      columns,
      rows: edits.map(([row]) => row),
      columnOf: edits.map(([, column]) => columns.indexOf(column)),
      before: edits.map(([, , before]) => before),
      after: edits.map(([, , , after]) => after),
      ...(Object.keys(reasons).length > 0 ? { reasons } : {}),
    },
  };
};

export const insertStep = (row: string, values: Record<string, Cell>, sheet = 'plan'): EditStep => ({
  id: freshId(),
  sheet,
  at: '2026-01-02T03:04:05.000Z',
  label: 'Add row',
  inserts: [{ row, values }],
});

export const deleteStep = (row: string, before: Record<string, Cell>, sheet = 'plan'): EditStep => ({
  id: freshId(),
  sheet,
  at: '2026-01-02T03:04:05.000Z',
  label: 'Delete rows',
  deletes: [{ row, before }],
});
