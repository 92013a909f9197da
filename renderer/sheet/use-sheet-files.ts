import { type DragEvent, useState } from 'react';
import type { Column } from '../../shared/model/sheet.ts';
import { rectangleOf, type Selection } from '../grid/ranges/selection.ts';
import { useCommands } from '../ui/commands.ts';
import type { ExchangeRequest } from '../ui/exchange-request.ts';
import type { MenuEntry } from './cell-menu.tsx';
import type { SheetModel } from './sheet-model.ts';
import type { SheetSnapshot } from './sheet-snapshot.ts';

export interface SheetFilesOptions {
  readonly model: SheetModel;
  readonly snapshot: SheetSnapshot;
  /** Why nothing can be taken in; null when it can. */
  readonly readOnly: string | null;
  readonly selection: Selection | null;
  readonly columns: () => readonly Column[];
  readonly onExchange: (request: ExchangeRequest) => void;
}

interface SheetFiles {
  readonly entries: readonly MenuEntry[];
  /** A file is held over the sheet. */
  readonly dropping: boolean;
  readonly drop: {
    onDragOver(event: DragEvent): void;
    onDragLeave(event: DragEvent): void;
    onDrop(event: DragEvent): void;
  };
}

const FORMATS = [
  ['csv', 'CSV'],
  ['xlsx', 'XLSX'],
] as const;

/** Files in and out of a sheet: the entries of the file menu, and files dropped on the sheet. */
export const useSheetFiles = (options: SheetFilesOptions): SheetFiles => {
  const { model, snapshot, readOnly, selection, columns } = options;
  const [dropping, setDropping] = useState(false);
  const { counts } = snapshot;
  const changes = counts.updated + counts.inserted + counts.deleted;
  /** What was typed is in the journal before a file is compared with it or written from it. */
  const start = async (request: () => ExchangeRequest): Promise<void> => {
    await model.settled();
    options.onExchange(request());
  };
  const view = (): ExchangeRequest & { kind: 'export' } => ({
    kind: 'export',
    format: 'csv',
    part: 'view',
    what: { kind: 'rows', view: model.viewNumber, columns: columns().map(({ name }) => name) },
  });
  const selected = (): ExchangeRequest & { kind: 'export' } => {
    const { top, left, bottom, right } = rectangle ?? { top: 0, left: 0, bottom: 0, right: 0 };
    const shown = columns().slice(left, right + 1);
    const range = { start: top, end: bottom + 1 };
    const what = {
      kind: 'rows' as const,
      view: model.viewNumber,
      columns: shown.map(({ name }) => name),
      range,
    };
    return { kind: 'export', format: 'csv', part: 'selection', what };
  };
  const [only, ...more] = selection?.ranges ?? [];
  const rectangle = only && more.length === 0 ? rectangleOf(only) : null;
  const noSelection = !only
    ? 'Nothing is selected'
    : rectangle
      ? null
      : 'Several ranges are selected; select one';
  const exporting = (
    id: string,
    name: string,
    refusal: string | null,
    request: () => ExchangeRequest & { kind: 'export' },
  ): MenuEntry[] =>
    FORMATS.map(([format, label], i) => ({
      id: `${id}-${format}`,
      label: `${name} as ${label}`,
      refusal,
      separated: i === 0,
      run: () => void start(() => ({ ...request(), format })),
    }));
  const entries: MenuEntry[] = [
    {
      id: 'import',
      label: 'Import…',
      refusal: readOnly,
      run: () => void start(() => ({ kind: 'import', file: null })),
    },
    ...exporting('view', 'Export view', snapshot.rows === 0 ? 'The view has no rows' : null, view),
    ...exporting('selection', 'Export selection', noSelection, selected),
    ...exporting(
      'pending',
      'Export pending changes',
      changes === 0 ? 'There are no pending changes' : null,
      () => ({ kind: 'export', format: 'csv', part: 'pending changes', what: { kind: 'pending' } }),
    ),
  ];
  useCommands(() => entries.map((entry) => ({ ...entry, id: `file-${entry.id}` })));
  const takes = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return {
    entries,
    dropping,
    drop: {
      onDragOver: (event) => {
        if (!takes(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = readOnly === null ? 'copy' : 'none';
        setDropping(true);
      },
      onDragLeave: (event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      },
      onDrop: (event) => {
        if (!takes(event)) return;
        // Unhandled, the window would leave the application for the file.
        event.preventDefault();
        setDropping(false);
        const [file, another] = event.dataTransfer.files;
        if (readOnly !== null) model.say(readOnly);
        else if (another) model.say('One file can be taken in at a time.');
        else if (file) void start(() => ({ kind: 'import', file }));
      },
    },
  };
};
