import type { Column } from '../../../shared/model/sheet.ts';
import type { GridModel, TypedCell } from '../grid-model.ts';
import type { SheetRow } from '../sheet-row.ts';

/** Where the active cell goes when an editor is left; `fill` enters the text into every selected cell. */
export type Move = 'up' | 'down' | 'left' | 'right' | 'tab' | 'backtab' | 'stay' | 'fill';

/** What every editor is given. Editors hand over typed text; reading it is the sheet's work. */
export interface EditorProps {
  readonly model: GridModel;
  readonly row: SheetRow;
  readonly column: Column;
  readonly text: string;
  /** Started by typing: the text replaces the value, and arrow keys leave the cell as in a spreadsheet. */
  readonly overwriting: boolean;
  readonly onChange: (typed: TypedCell) => void;
  /** Ends the edit, keeping what was typed. */
  readonly onFinish: (move: Move) => void;
  readonly onCancel: () => void;
}

const ARROWS: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** The move a key means in an editor, or null when the key is the editor's own. */
export const moveOf = (
  event: {
    readonly key: string;
    readonly shiftKey: boolean;
    readonly altKey: boolean;
    readonly ctrlKey: boolean;
    readonly metaKey: boolean;
  },
  overwriting: boolean,
): Move | null => {
  if (event.key === 'Enter' && !event.altKey) {
    if (event.ctrlKey || event.metaKey) return 'fill';
    return event.shiftKey ? 'up' : 'down';
  }
  if (event.key === 'Tab') return event.shiftKey ? 'backtab' : 'tab';
  if (overwriting && !event.shiftKey && !event.altKey && !event.ctrlKey) return ARROWS[event.key] ?? null;
  return null;
};
