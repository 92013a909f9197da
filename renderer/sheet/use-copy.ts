import { type RefObject, useMemo, useRef } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import type { GridController } from '../grid/grid-controller.ts';
import { cellCount, disjoint, type Selection } from '../grid/ranges/selection.ts';
import { copyAsKeyboard } from './clipboard-menu.ts';
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
): Copying => {
  const headers = useRef(false);
  const cutting = useRef<CutBlock | null>(null);
  /** What had to be read first, for the event that then asks again. */
  const ready = useRef<{ readonly selection: Selection; readonly copied: Copied } | null>(null);
  const latest = useRef(target);
  latest.current = target;
  return useMemo(() => {
    const waitFor = (selection: Selection, reading: Promise<Copied | string>): void => {
      const cells = cellCount(selection).toLocaleString();
      model.say(`Reading ${cells} cells to copy them…`);
      reading.then(
        (copied) => {
          if (typeof copied === 'string') {
            model.say(copied);
            return;
          }
          ready.current = { selection, copied };
          const done = document.execCommand('copy') && ready.current === null;
          model.say(done ? `Copied ${cells} cells.` : 'The cells are read. Press Ctrl+C again to copy them.');
        },
        (error: unknown) => model.say(AppError.wrap(error).message),
      );
    };
    const copy = (selection: Selection): Copied | null => {
      const held = ready.current;
      ready.current = null;
      const copied =
        held?.selection === selection
          ? held.copied
          : copySelection(latest.current(), selection, headers.current);
      if (typeof copied === 'string') model.say(copied);
      else if (copied instanceof Promise) waitFor(selection, copied);
      else {
        cutting.current = null;
        grid.current?.markCopied(selection);
        return copied;
      }
      return null;
    };
    return {
      copy,
      cut: (selection) => {
        const { columns } = latest.current();
        const copied = copySelection(latest.current(), selection, false);
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
      },
      uncut: () => {
        cutting.current = null;
      },
      cutFor: (text) => {
        const cut = cutting.current;
        if (!cut || lines(cut.text) !== lines(text)) return [];
        return cut.cells.filter(({ row, column, text: was }) => model.editorText(row, column) === was);
      },
      byCommand: (how) => copyAsKeyboard(how, headers),
    };
  }, [model, grid]);
};
