import { isNewRow, type RowKey } from '../../shared/model/rows.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { localDay } from '../../shared/values/local-day.ts';
import type { ActiveCell, GridEvents } from '../grid/grid-controller.ts';
import { disjoint, type Selection } from '../grid/ranges/selection.ts';
import { fillSeries } from './fill-series.ts';
import { fillSelection, type RangeTarget, type Told } from './range-commands.ts';
import type { SheetModel } from './sheet-model.ts';
import type { ToolbarActions } from './sheet-toolbar.tsx';

type Command = Parameters<GridEvents['command']>[0];

/** What the keys of the grid need of the screen around it. */
export interface GridCommandParts {
  readonly model: SheetModel;
  readonly active: ActiveCell | null;
  target(): RangeTarget;
  tell(told: Promise<Told>): void;
  plan(range: Selection | null): void;
  find(again?: 1 | -1): void;
  goTo(): void;
  copyWithHeaders(): void;
  comment(row: RowKey, column: string): void;
  readonly actions: Pick<ToolbarActions, 'submit' | 'refresh'>;
  format(column: Column): void;
}

/** What Shift+F8 began, or that it ended. */
export const addingText = (on: boolean): string =>
  on
    ? 'Another range can be added: move to its start, then grow it with Shift and the arrows. Esc ends adding.'
    : 'No more ranges are added.';

/** Kinds of columns that take a date. */
const DATED: ReadonlySet<string> = new Set(['date', 'timestamp']);

/** Does what a key on the grid asks for beyond the grid itself. */
export const runGridCommand = (command: Command, range: Selection | null, parts: GridCommandParts): void => {
  const { model, active } = parts;
  switch (command.kind) {
    case 'fill':
      if (range) parts.tell(fillSelection(parts.target(), disjoint(range.ranges), command.direction));
      return;
    case 'series':
      if (range) parts.tell(fillSeries(parts.target(), disjoint(range.ranges)));
      return;
    case 'plan':
      parts.plan(range);
      return;
    case 'today':
      if (active && DATED.has(active.column.type.kind))
        model.enter(active.row, active.column, { text: localDay(new Date()) });
      return;
    case 'find':
      parts.find(command.again);
      return;
    case 'go-to':
      parts.goTo();
      return;
    case 'copy-headers':
      parts.copyWithHeaders();
      return;
    case 'comment':
      if (active && !isNewRow(active.row.key)) parts.comment(active.row.key, active.column.name);
      return;
    case 'undo':
      void model.undo();
      return;
    case 'redo':
      void model.redo();
      return;
    case 'submit':
      parts.actions.submit();
      return;
    case 'refresh':
      parts.actions.refresh();
      return;
    case 'format':
      if (active) parts.format(active.column);
      return;
  }
};
