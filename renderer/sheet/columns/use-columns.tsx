import { Columns3 } from 'lucide-react';
import { type ReactNode, type RefObject, useRef, useState } from 'react';
import type { Column } from '../../../shared/model/sheet.ts';
import type { ColumnLayer } from '../../grid/column-layer.ts';
import type { GridController } from '../../grid/grid-controller.ts';
import { useCommands } from '../../ui/commands.ts';
import { CellMenu, type MenuEntry } from '../cell-menu.tsx';
import { toolAnchor } from '../more-menu.tsx';
import type { SheetModel } from '../sheet-model.ts';
import type { SheetSnapshot } from '../sheet-snapshot.ts';
import { viewCommands } from '../views/view-commands.ts';
import { ViewsMenu } from '../views/views-menu.tsx';
import { columnCommands, columnEntries, sortEntries } from './column-entries.ts';
import { isFormattable } from './column-format.ts';
import { ColumnsPanel } from './columns-panel.tsx';
import { FormatDialog } from './format-dialog.tsx';
import './columns.css';

interface ColumnsParts {
  readonly model: SheetModel;
  readonly snapshot: SheetSnapshot;
  readonly grid: RefObject<GridController | null>;
  /** Column of the active cell. */
  readonly active: Column | null;
  readonly onFilter: (column: Column, anchor: HTMLElement) => void;
  readonly onDefinition: () => void;
}

interface OpenMenu {
  readonly column: Column;
  readonly at: { readonly x: number; readonly y: number };
}

export interface ColumnWork {
  /** For the toolbar: the views and the list of columns. */
  readonly tools: ReactNode;
  /** Menus and dialogs that are open. */
  readonly dialogs: ReactNode;
  openMenu(column: Column, at: OpenMenu['at']): void;
  /** Asks for the format of a column; the focus goes back to the cell. */
  openFormat(column: Column): void;
  /** What the menu of a cell offers for its column. */
  cellEntries(column: Column): readonly MenuEntry[];
}

/** Everything about the columns of a sheet around its grid: the menu of a header, the list of columns, formats and views. */
export const useColumns = (parts: ColumnsParts): ColumnWork => {
  const { model, snapshot, grid, active, onFilter, onDefinition } = parts;
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [panel, setPanel] = useState(false);
  const [formatting, setFormatting] = useState<{ name: string; fromCell: boolean } | null>(null);
  const tool = useRef<HTMLButtonElement>(null);
  const columns = grid.current?.columns;
  const formatted = formatting === null ? undefined : model.layout.column(formatting.name);
  const entriesOf = (column: Column, of: ColumnLayer): readonly MenuEntry[] =>
    columnEntries({
      model,
      columns: of,
      column,
      onFilter: () => {
        const anchor = of.header(column.name);
        if (anchor) requestAnimationFrame(() => onFilter(column, anchor));
      },
      onFormat: () => setFormatting({ name: column.name, fromCell: false }),
      onDefinition,
      onPanel: () => setPanel(true),
    });
  useCommands(() => [
    { id: 'columns', label: 'Columns: show, hide, order, freeze', run: () => setPanel(true) },
    ...viewCommands(model, snapshot.views),
    ...(active && grid.current
      ? columnCommands(active, grid.current.columns, entriesOf(active, grid.current.columns))
      : []),
  ]);
  // What opened gives the focus back to its anchor first.
  const back = (column: string): void => {
    requestAnimationFrame(() => columns?.focusHeader(column) || grid.current?.focus());
  };
  return {
    openMenu: (column, at) => setMenu({ column, at }),
    openFormat: (column) => {
      if (isFormattable(column)) setFormatting({ name: column.name, fromCell: true });
      else model.say('Only numbers and dates have formats.');
    },
    cellEntries: (column) =>
      columns
        ? [
            ...sortEntries(model, column),
            columns.isFrozen(column.name)
              ? {
                  id: 'unpin',
                  label: 'Unpin column',
                  separated: true,
                  run: () => columns.freeze(column.name, false),
                }
              : {
                  id: 'pin',
                  label: 'Pin column left',
                  separated: true,
                  run: () => columns.freeze(column.name, true),
                },
            {
              id: 'hide',
              label: 'Hide column',
              refusal: columns.hideRefusal(column.name),
              run: () => columns.show([column.name], false),
            },
          ]
        : [],
    tools: (
      <>
        <ViewsMenu model={model} state={snapshot.views} />
        <button
          ref={tool}
          type="button"
          className="sheet-tool folds"
          aria-label="Columns"
          aria-haspopup="dialog"
          aria-expanded={panel}
          title="Show, hide, order and freeze columns"
          onClick={() => setPanel(true)}
        >
          <Columns3 size={15} aria-hidden="true" />
          <span>Columns</span>
        </button>
      </>
    ),
    dialogs: (
      <>
        {menu && columns && (
          <CellMenu
            label={`Column ${menu.column.label}`}
            at={menu.at}
            onClose={() => {
              setMenu(null);
              back(menu.column.name);
            }}
            entries={entriesOf(menu.column, columns)}
          />
        )}
        {panel && columns && tool.current && (
          <ColumnsPanel
            model={model}
            columns={columns}
            anchor={toolAnchor(tool.current)}
            onClose={() => {
              setPanel(false);
              // Opened from the palette, it has nothing to give the focus back to.
              requestAnimationFrame(() =>
                requestAnimationFrame(() => {
                  if (document.activeElement === document.body) grid.current?.focus();
                }),
              );
            }}
          />
        )}
        {formatted && columns && (
          <FormatDialog
            column={formatted}
            locale={model.locale}
            onFormat={(format) => columns.format(formatted.name, format)}
            onClose={() => {
              setFormatting(null);
              if (formatting?.fromCell) requestAnimationFrame(() => grid.current?.focus());
              else back(formatted.name);
            }}
          />
        )}
      </>
    ),
  };
};
