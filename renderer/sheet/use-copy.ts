import { type RefObject, useMemo, useRef } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import type { GridController } from '../grid/grid-controller.ts';
import { cellCount, disjoint, type Selection } from '../grid/ranges/selection.ts';
import { writeClipboard } from './clipboard-menu.ts';
import type { PastedCell } from './paste/paste-block.ts';
import { type Copied, copySelection, type RangeTarget } from './range-commands.ts';
import type { SheetModel } from './sheet-model.ts';

interface CutBlock {
  readonly text: string;
  /** What was cut, with the texts it had then. */
  readonly cells: readonly PastedCell[];
}

export interface Copying {
  /** The clipboard's forms of a selection; null where they are not there yet or cannot be. */
  copy(selection: Selection): Copied | null;
  /** What was just copied is moved by the next paste; until then nothing changes. */
  cut(selection: Selection): void;
  uncut(): void;
  /** Cells a paste of this text moves. */
  cutFor(text: string): readonly PastedCell[];
  /** From a menu or by a key that is not the system's. */
  byCommand(how?: 'cut' | 'headers'): void;
}

const lines = (text: string): string => text.replaceAll('\r\n', '\n');

/** Copying and cutting as spreadsheets do: a cut moves its cells when they are pasted, as one step with it, and Esc gives it up. */
export const useCopy = (
  model: SheetModel,
  grid: RefObject<GridController | null>,
  target: () => RangeTarget,
  selected: Selection | null,
): Copying => {
  const cutting = useRef<CutBlock | null>(null);
  /** What had to be read first and could not be put on the clipboard then. */
  const ready = useRef<{ readonly selection: Selection; readonly copied: Copied } | null>(null);
  const latest = useRef({ target, selected });
  latest.current = { target, selected };
  return useMemo(() => {
    const copiedNow = (selection: Selection): void => {
      cutting.current = null;
      ready.current = null;
      grid.current?.markCopied(selection);
    };
    /** Writes by itself what is there now or will be. */
    const write = (selection: Selection, copied: Copied, told: string): void => {
      if (writeClipboard(copied)) {
        copiedNow(selection);
        model.say(told);
        return;
      }
      ready.current = { selection, copied };
      model.say('The cells are read. Press Ctrl+C to copy them.');
    };
    const waitFor = (selection: Selection, reading: Promise<Copied>): void => {
      const cells = cellCount(selection).toLocaleString();
      model.say(`Reading ${cells} cells to copy them…`);
      reading.then(
        (copied) => write(selection, copied, `Copied ${cells} cells.`),
        (error: unknown) => model.say(AppError.wrap(error).message),
      );
    };
    const cut = (selection: Selection): void => {
      const { columns } = latest.current.target();
      const copied = copySelection(latest.current.target(), selection, false);
      if (typeof copied === 'string' || copied instanceof Promise) return;
      const cells: PastedCell[] = [];
      for (const { top, left, bottom, right } of disjoint(selection.ranges)) {
        const rows = model.rows(top, Math.min(bottom + 1, model.rowCount));
        if (rows instanceof Promise) return;
        for (const row of rows)
          for (const column of columns.slice(left, right + 1))
            if (!row.group) cells.push({ row, column, text: model.editorText(row, column) });
      }
      cutting.current = { text: copied.text, cells };
      const many = cells.length === 1 ? '1 cell' : `${cells.length.toLocaleString()} cells`;
      model.say(`Cut ${many}. Paste to move, Esc to leave as it was.`);
    };
    return {
      copy: (selection) => {
        const held = ready.current?.selection === selection ? ready.current.copied : null;
        const copied = held ?? copySelection(latest.current.target(), selection);
        if (typeof copied === 'string') model.say(copied);
        else if (copied instanceof Promise) waitFor(selection, copied);
        else {
          copiedNow(selection);
          return copied;
        }
        return null;
      },
      cut,
      uncut: () => {
        cutting.current = null;
      },
      cutFor: (text) => {
        const block = cutting.current;
        if (!block || lines(block.text) !== lines(text)) return [];
        return block.cells.filter(({ row, column, text: was }) => model.editorText(row, column) === was);
      },
      byCommand: (how) => {
        const selection = latest.current.selected;
        if (!selection) return;
        const copied = copySelection(latest.current.target(), selection, how === 'headers');
        if (typeof copied === 'string') model.say(copied);
        else if (copied instanceof Promise) waitFor(selection, copied);
        else {
          const cells = cellCount(selection).toLocaleString();
          write(selection, copied, how === 'headers' ? `Copied ${cells} cells with headers.` : '');
          if (how === 'cut') cut(selection);
        }
      },
    };
  }, [model, grid]);
};
