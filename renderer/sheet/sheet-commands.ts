import type { Command } from '../ui/commands.ts';
import { ALL_ROWS, isNarrowed } from './conditions.ts';
import type { SheetModel } from './sheet-model.ts';
import { redoText, type SheetSnapshot, undoText } from './sheet-snapshot.ts';
import type { Trouble } from './sheet-status.tsx';
import type { ToolbarActions } from './sheet-toolbar.tsx';

export interface SheetCommandParts {
  readonly snapshot: SheetSnapshot;
  readonly actions: ToolbarActions;
  readonly readOnly: string | null;
  readonly addRefusal: string | null;
  readonly deleteRefusal: string | null;
  readonly submitRefusal: string | null;
  readonly find: () => void;
  readonly goTo: () => void;
  readonly plan: () => void;
  readonly nextRefused: () => void;
  readonly nextProblem: () => void;
  /** Filling the selection. */
  readonly fills: readonly Command[];
  readonly policy: () => void;
}

/** What can be done with the sheet, for the palette. */
export const sheetCommands = (parts: SheetCommandParts): readonly Command[] => {
  const { snapshot, actions, readOnly } = parts;
  const { query } = snapshot;
  const undo = undoText(snapshot);
  const redo = redoText(snapshot);
  return [
    {
      id: 'submit',
      label: 'Submit',
      keys: 'Ctrl+S',
      refusal: readOnly ?? parts.submitRefusal,
      run: actions.submit,
    },
    { id: 'find', label: 'Find and replace', keys: 'Ctrl+F', run: parts.find },
    { id: 'go-to', label: 'Go to row or cell', keys: 'Ctrl+G', run: parts.goTo },
    { id: 'add-row', label: 'Add row', refusal: parts.addRefusal, run: actions.addRow },
    { id: 'delete-rows', label: 'Delete rows', refusal: parts.deleteRefusal, run: actions.deleteRows },
    {
      id: 'undo',
      label: undo === null ? 'Undo' : `Undo ${undo}`,
      keys: 'Ctrl+Z',
      refusal: undo === null ? 'Nothing to undo' : null,
      run: actions.undo,
    },
    {
      id: 'redo',
      label: redo === null ? 'Redo' : `Redo ${redo}`,
      keys: 'Ctrl+Y',
      refusal: redo === null ? 'Nothing to redo' : null,
      run: actions.redo,
    },
    ...parts.fills.filter(({ id }) => id !== 'plan'),
    {
      id: 'plan',
      label: 'Spread, grow or copy forward',
      keys: 'Ctrl+Alt+S',
      refusal: readOnly,
      run: parts.plan,
    },
    {
      id: 'next-refused',
      label: 'Next entry that is not valid',
      refusal: snapshot.refused > 0 ? null : 'Every entry is valid',
      run: parts.nextRefused,
    },
    {
      id: 'next-problem',
      label: 'Next row against a rule',
      refusal: snapshot.problems + snapshot.warnings > 0 ? null : 'No changed row is against a rule',
      run: parts.nextProblem,
    },
    { id: 'refresh', label: 'Refresh from the warehouse', run: actions.refresh },
    {
      id: 'pending',
      label: 'Show only rows with pending changes',
      run: () => actions.query({ pendingOnly: true }),
    },
    {
      id: 'all-rows',
      label: 'Show all rows',
      refusal: isNarrowed(query) ? null : 'All rows are shown',
      run: () => actions.query(ALL_ROWS),
    },
    {
      id: 'unsort',
      label: 'Back to key order',
      refusal: query.sort.length > 0 ? null : 'The rows are in key order',
      run: () => actions.query({ sort: [] }),
    },
    { id: 'history', label: 'History of the sheet', run: actions.history },
    { id: 'definition', label: 'Sheet definition', run: actions.definition },
    {
      id: 'policy',
      label: 'Approval policy',
      refusal: snapshot.opened?.policy ? null : 'Governance is not installed on this database',
      run: parts.policy,
    },
  ];
};

/** Keys of the rows with one kind of trouble, as far as it is known here. */
export const troubledRows = (model: SheetModel, kind: Trouble): string[] => {
  switch (kind) {
    case 'refused':
      return [...new Set(model.overlay.refused.rows())];
    case 'conflicts':
      return [...model.overlay.conflicts.keys()];
    case 'problems':
      return [...new Set(model.problems().map(({ row }) => row))];
  }
};
