import type { Column } from '../../../shared/model/sheet.ts';
import type { ColumnLayer } from '../../grid/column-layer.ts';
import { WIDTH_STEP } from '../../grid/header.ts';
import type { Command } from '../../ui/commands.ts';
import type { MenuEntry } from '../cell-menu.tsx';
import type { SheetModel } from '../sheet-model.ts';
import { setSort, withoutSort } from '../sort-keys.ts';
import { isFormattable } from './column-format.ts';

export interface ColumnMenuParts {
  readonly model: SheetModel;
  readonly columns: ColumnLayer;
  readonly column: Column;
  onFilter(): void;
  onFormat(): void;
  onDefinition(): void;
  onPanel(): void;
}

/** Sorting, for the menus of a column and of a cell. */
export const sortEntries = (model: SheetModel, { name, label }: Column): readonly MenuEntry[] => {
  const key = model.sort.find(({ column }) => column === name);
  const others = model.sort.some(({ column }) => column !== name);
  return [
    {
      id: 'sort-up',
      label: 'Sort ascending',
      refusal: key?.descending === false && !others ? `Sorted by ${label} ascending` : null,
      separated: true,
      run: () => model.setQuery({ sort: [{ column: name, descending: false }] }),
    },
    {
      id: 'sort-down',
      label: 'Sort descending',
      refusal: key?.descending && !others ? `Sorted by ${label} descending` : null,
      run: () => model.setQuery({ sort: [{ column: name, descending: true }] }),
    },
  ];
};

/** The menu of a column. */
export const columnEntries = (parts: ColumnMenuParts): readonly MenuEntry[] => {
  const { model, columns, column } = parts;
  const { name } = column;
  const sorted = model.sort.some((key) => key.column === name);
  const filtered = model.isFiltered(name);
  const frozen = columns.isFrozen(name);
  const last = columns.lastFrozen;
  const left = columns.beside(name, -1);
  const right = columns.beside(name, 1);
  return [
    ...sortEntries(model, column).map((entry) => ({ ...entry, separated: false })),
    {
      id: 'sort-add',
      label: 'Add to sort',
      keys: 'Shift+Enter',
      refusal: sorted ? 'It is part of the sort' : model.sort.length === 0 ? 'Nothing is sorted yet' : null,
      run: () => model.setQuery({ sort: setSort(model.sort, name, false) }),
    },
    {
      id: 'sort-clear',
      label: 'Do not sort by it',
      refusal: sorted ? null : 'It is not part of the sort',
      run: () => model.setQuery({ sort: withoutSort(model.sort, name) }),
    },
    { id: 'filter', label: 'Filter…', keys: 'Alt+Down', separated: true, run: () => parts.onFilter() },
    {
      id: 'filter-clear',
      label: 'Clear filter',
      refusal: filtered ? null : 'It has no filter',
      run: () => model.setCondition(name, null),
    },
    {
      id: 'freeze-to',
      label: 'Freeze up to here',
      refusal: last === name ? 'It is the last frozen column' : null,
      separated: true,
      run: () => columns.freezeTo(name),
    },
    frozen
      ? { id: 'unpin', label: 'Unpin', run: () => columns.freeze(name, false) }
      : { id: 'pin', label: 'Pin left', run: () => columns.freeze(name, true) },
    {
      id: 'unfreeze',
      label: 'Unfreeze all',
      refusal: last === null ? 'No column is frozen' : null,
      run: () => columns.freezeTo(null),
    },
    {
      id: 'left',
      label: 'Move left',
      refusal: left === undefined ? 'It is the first column' : null,
      separated: true,
      run: () => left !== undefined && columns.move([name], left, 'before'),
    },
    {
      id: 'right',
      label: 'Move right',
      refusal: right === undefined ? 'It is the last column' : null,
      run: () => right !== undefined && columns.move([name], right, 'after'),
    },
    {
      id: 'hide',
      label: 'Hide',
      refusal: columns.hideRefusal(name),
      run: () => {
        columns.show([name], false);
        model.say(`${column.label} is hidden. Columns in the toolbar shows it again.`);
      },
    },
    { id: 'autosize', label: 'Autosize', separated: true, run: () => columns.autosize([name]) },
    {
      id: 'autosize-all',
      label: 'Autosize all',
      run: () => columns.autosize(columns.shown.map((one) => one.name)),
    },
    {
      id: 'format',
      label: 'Format…',
      refusal: isFormattable(column) ? null : 'Only numbers and dates have formats',
      separated: true,
      run: () => parts.onFormat(),
    },
    { id: 'rules', label: 'Edit rules…', run: () => parts.onDefinition() },
    { id: 'columns', label: 'All columns…', run: () => parts.onPanel() },
  ];
};

/** The menu of a column and its width, for the palette, each under the column's name. */
export const columnCommands = (
  { name, label }: Column,
  columns: ColumnLayer,
  entries: readonly MenuEntry[],
): readonly Command[] =>
  [
    ...entries.filter(({ id }) => id !== 'columns'),
    { id: 'wider', label: 'Wider', keys: 'Alt+Right', run: () => columns.widen(name, WIDTH_STEP) },
    { id: 'narrower', label: 'Narrower', keys: 'Alt+Left', run: () => columns.widen(name, -WIDTH_STEP) },
  ].map((entry) => ({
    ...entry,
    id: `column-${entry.id}`,
    label: `${label}: ${entry.label}`,
    run: () => void entry.run(),
  }));
