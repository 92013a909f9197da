import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Session } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Column, Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import type { ActiveCell, GridController, GridEvents } from '../grid/grid-controller.ts';
import { disjoint, type Selection } from '../grid/ranges/selection.ts';
import { SheetGrid } from '../grid/sheet-grid.tsx';
import type { SheetRow } from '../grid/sheet-row.ts';
import { useCommands } from '../ui/commands.ts';
import type { ExchangeRequest } from '../ui/exchange-request.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { isInPanel } from '../ui/use-focus-return.ts';
import { CellMenu } from './cell-menu.tsx';
import { pasteFromMenu } from './clipboard-menu.ts';
import { useColumns } from './columns/use-columns.tsx';
import { isNarrowed } from './conditions.ts';
import { EmptySheet } from './empty-sheet.tsx';
import { FileMenu } from './file-menu.tsx';
import { fillSeries } from './fill-series.ts';
import { FilterPopover } from './filter-popover.tsx';
import { addingText, runGridCommand } from './grid-command.ts';
import { GroupTool } from './groups/group-tool.tsx';
import { usePaste } from './paste/use-paste.tsx';
import {
  clearSelection,
  enterSelection,
  extendFill,
  fillSelection,
  type RangeTarget,
} from './range-commands.ts';
import { deletingRefusal, insertRefusal, sheetReadOnly } from './read-only.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { RefusedDialog } from './refused-dialog.tsx';
import { nextAfter, nextRefused, rowLabel } from './row-finding.ts';
import { SheetBanners } from './sheet-banners.tsx';
import { sheetCommands, troubledRows } from './sheet-commands.ts';
import { fillEntries, type MenuParts, menuEntries } from './sheet-menu.ts';
import type { SheetModel } from './sheet-model.ts';
import { SheetOpening } from './sheet-opening.tsx';
import type { SheetSnapshot } from './sheet-snapshot.ts';
import { SheetStatus } from './sheet-status.tsx';
import { SheetToolbar, type ToolbarActions } from './sheet-toolbar.tsx';
import { submitRefusalOf } from './submit-refusal.ts';
import { useCopy } from './use-copy.ts';
import { useRangeDialogs } from './use-range-dialogs.tsx';
import { useSelectionStats } from './use-selection-stats.ts';
import { useSheetFiles } from './use-sheet-files.ts';
import { useSheetModel } from './use-sheet-model.ts';
import './sheet.css';
import './toolbar.css';
import './toolbar-narrow.css';
import './status.css';
import './menus.css';
import './filter.css';
import './find.css';
import './plan.css';
import './paste/paste.css';

export interface SheetScreenProps {
  readonly source: Source;
  /** Shows the sheet as it was at this moment, read-only. */
  readonly at?: string;
  readonly client: BackendClient;
  readonly session: Session;
  readonly locale: LocaleConventions;
  readonly onSubmit: (context: SheetContext) => void;
  /** History of the sheet, of a row, or of a cell. */
  readonly onHistory: (context: SheetContext, row?: RowKey, column?: string) => void;
  readonly onComment: (context: SheetContext, row: RowKey, column: string) => void;
  readonly onDefinition: (context: SheetContext) => void;
  readonly onPolicy: (context: SheetContext) => void;
  readonly onReviews: () => void;
  readonly onDecide: (context: SheetContext) => void;
  /** A file is to be taken in or saved. */
  readonly onExchange: (context: SheetContext, request: ExchangeRequest) => void;
}

/** One sheet: its commands, its grid, and what is going on in it. */
export const SheetScreen = (props: SheetScreenProps): ReactNode => {
  const { model, snapshot } = useSheetModel(props.client, props.source, props.locale, props.at);
  const { opened, phase, failure } = snapshot;
  if (!model || phase !== 'ready' || !opened)
    return <SheetOpening source={props.source} failure={failure} onRetry={() => void model?.open()} />;
  return <OpenSheet {...props} model={model} snapshot={snapshot} opened={opened} />;
};

interface OpenSheetProps extends SheetScreenProps {
  readonly model: SheetModel;
  readonly snapshot: SheetSnapshot;
  readonly opened: NonNullable<SheetSnapshot['opened']>;
}

/** No rows, and not for want of having read them. */
const isEmpty = ({ rows, loading, busy, total }: SheetSnapshot): boolean =>
  rows === 0 && !loading && !(busy && total === null);

interface OpenFilter {
  readonly column: Column;
  readonly anchor: HTMLElement;
}

const OpenSheet = (props: OpenSheetProps): ReactNode => {
  const { model, snapshot, opened } = props;
  const { definition, rights } = opened;
  const grid = useRef<GridController | null>(null);
  const [active, setActive] = useState<ActiveCell | null>(null);
  const [filter, setFilter] = useState<OpenFilter | null>(null);
  const [selection, setSelection] = useState<Selection | null>(null);
  const stats = useSelectionStats(model, () => grid.current?.shownColumns ?? [], selection, snapshot);
  const [menu, setMenu] = useState<{ cell: ActiveCell; at: { x: number; y: number } } | null>(null);
  const [asksRefused, setAsksRefused] = useState(false);
  const readOnly = sheetReadOnly(definition, rights);

  const goTo = useCallback(
    async (row: RowKey, column?: string): Promise<void> => {
      const found = await model.bring(row);
      if (found) grid.current?.goTo(found.index, column);
    },
    [model],
  );
  const context = useMemo<SheetContext>(
    () => ({
      sheet: definition.id,
      definition,
      rights,
      capabilities: opened.capabilities,
      policy: opened.policy,
      rowLabel,
      reload: () => model.reload(),
      afterCommit: () => model.afterCommit(),
      undo: () => model.undo(),
      goTo: (row, column) => void goTo(row, column),
      focus: () => grid.current?.focus(),
      say: (text) => model.say(text),
    }),
    [definition, rights, opened.capabilities, opened.policy, model, goTo],
  );

  const pendingRows = snapshot.counts.updated + snapshot.counts.inserted + snapshot.counts.deleted;
  const submitRefusal = submitRefusalOf({
    pendingRows,
    refused: snapshot.refused,
    unresolved: snapshot.unresolved.length,
    policy: opened.policy,
  });
  const submit = async (): Promise<void> => {
    if (submitRefusal !== null || readOnly !== null) return;
    if (snapshot.refused > 0) {
      setAsksRefused(true);
      return;
    }
    await model.settled();
    if (model.getSnapshot().saveFailure === null) props.onSubmit(context);
  };
  const goToRefused = (): void => {
    const next = nextRefused(model.overlay, active?.row.key, active?.column.name);
    if (next) void goTo(next.row, next.column);
  };
  const goToProblem = (): void => {
    const next = nextAfter(model.problems(), (found) => found.row === active?.row.key);
    if (next) void goTo(next.row, next.column);
  };
  const addRow = async (): Promise<void> => {
    const key = model.addRow();
    await model.settled();
    await goTo(key, definition.columns.find(({ readOnly: fixed, hidden }) => !fixed && !hidden)?.name);
  };
  const deleteRows = (rows: readonly SheetRow[]): void => {
    model.deleteRows(rows);
    grid.current?.focus();
  };

  const target = (): RangeTarget => ({ model, columns: grid.current?.shownColumns ?? [] });
  /** A command's word on what it left out, or why it could not be done. */
  const tell = (told: Promise<string>): void => {
    void told.then(
      (text) => text && model.say(text),
      (error: unknown) => model.say(AppError.wrap(error).message),
    );
  };
  const close = (back: () => void) => (): void => {
    back();
    // The popover gives the focus back to its anchor first; what was chosen may have opened a panel, which keeps it.
    requestAnimationFrame(() => isInPanel(document.activeElement) || grid.current?.focus());
  };
  const ranges = useRangeDialogs({
    ...{ model, client: props.client, grid, active, selection, target, goTo, close },
    mayPlan: readOnly === null,
  });
  const { query } = snapshot;
  const copying = useCopy(model, grid, target, selection);
  const pasting = usePaste({
    target,
    mayAdd: insertRefusal(definition, rights) === null,
    filtered: isNarrowed(query),
    newId: () => crypto.randomUUID(),
    cutFor: copying.cutFor,
    onDone: (pasted) => {
      if (pasted) {
        copying.uncut();
        grid.current?.markCopied(null);
      }
      requestAnimationFrame(() => grid.current?.focus());
    },
  });
  const files = useSheetFiles({
    ...{ model, snapshot, readOnly, selection },
    columns: () => grid.current?.shownColumns ?? [],
    onExchange: (request) => props.onExchange(context, request),
  });
  const columns = useColumns({
    model,
    snapshot,
    grid,
    active: active?.column ?? null,
    onFilter: (column, anchor) => setFilter({ column, anchor }),
    onDefinition: () => props.onDefinition(context),
  });
  const events: GridEvents = {
    active: setActive,
    filter: (column, anchor) => setFilter({ column, anchor }),
    columnMenu: columns.openMenu,
    menu: (cell, at) => setMenu({ cell, at }),
    range: setSelection,
    copy: copying.copy,
    cut: copying.cut,
    uncut: copying.uncut,
    adding: (on) => model.say(addingText(on)),
    paste: pasting.paste,
    enter: (range, typed) => tell(enterSelection(target(), disjoint(range.ranges), typed)),
    clear: (range) => tell(clearSelection(target(), disjoint(range.ranges))),
    fill: (from, to, copy) => tell(extendFill(target(), from, to, copy)),
    command: (command, range) =>
      runGridCommand(command, range, {
        ...{ model, active, target, tell },
        plan: (planned) => void ranges.plan(planned),
        find: ranges.find,
        goTo: ranges.goTo,
        copyWithHeaders: () => copying.byCommand('headers'),
        comment: (row, column) => props.onComment(context, row, column),
        actions,
        format: columns.openFormat,
      }),
  };

  const menuParts = (cell: ActiveCell): MenuParts => ({
    ...{ model, cell, rights, selection },
    column: columns.cellEntries(cell.column),
    onHistory: (row, column) => props.onHistory(context, row, column),
    onComment: (row, column) => props.onComment(context, row, column),
    onCopy: copying.byCommand,
    onPaste: () => selection && tell(pasteFromMenu((text, html) => pasting.paste(selection, text, html))),
    onClear: () => selection && events.clear(selection),
    onFill: (how) =>
      selection &&
      tell(
        how === 'series'
          ? fillSeries(target(), disjoint(selection.ranges))
          : fillSelection(target(), disjoint(selection.ranges), how),
      ),
    onInsert: () => void addRow(),
    onPlan: () => void ranges.plan(selection),
    onDelete: deleteRows,
  });
  const refusals = {
    addRefusal: insertRefusal(definition, rights),
    deleteRefusal: deletingRefusal(rights, snapshot.counts.inserted, active !== null),
    submitRefusal,
  };
  const actions: ToolbarActions = {
    addRow: () => void addRow(),
    deleteRows: () => deleteRows(grid.current?.selectedRows ?? []),
    undo: () => void model.undo(),
    redo: () => void model.redo(),
    refresh: () => void model.refresh(),
    query: (query) => model.setQuery(query),
    focus: () => context.focus(),
    history: () => props.onHistory(context),
    definition: () => props.onDefinition(context),
    submit: () => void submit(),
  };
  useCommands(() =>
    sheetCommands({
      ...refusals,
      snapshot,
      actions,
      readOnly,
      find: () => ranges.find(),
      goTo: ranges.goTo,
      plan: () => void ranges.plan(selection),
      nextRefused: goToRefused,
      nextProblem: goToProblem,
      fills: active ? fillEntries(menuParts(active)) : [],
      policy: () => props.onPolicy(context),
    }),
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: shortcuts of the whole screen
    <div
      className="sheet-screen"
      onKeyDown={(event) => {
        if (event.defaultPrevented) return;
        const submits = (event.ctrlKey || event.metaKey || event.altKey) && event.key.toLowerCase() === 's';
        if (!submits) return;
        event.preventDefault();
        void submit();
      }}
    >
      <SheetToolbar
        snapshot={snapshot}
        readOnly={readOnly !== null}
        groups={<GroupTool model={model} snapshot={snapshot} />}
        columns={columns.tools}
        fileMenu={<FileMenu entries={files.entries} />}
        {...refusals}
        actions={actions}
      />
      <SheetBanners
        snapshot={snapshot}
        readOnly={readOnly}
        onRetrySave={() => model.retry()}
        onRefresh={() => void model.refresh()}
        onResolve={(batch) => void model.resolve(batch)}
        onReviews={props.onReviews}
        client={props.client}
        onDecide={() => props.onDecide(context)}
      />
      <div className="sheet-body" {...files.drop}>
        {files.dropping && <p className="sheet-drop">Drop a CSV or XLSX file to import it</p>}
        <SheetGrid model={model} label={definition.name} events={events} handle={grid} />
        {isEmpty(snapshot) && <EmptySheet model={model} snapshot={snapshot} />}
      </div>
      <SheetStatus
        snapshot={snapshot}
        model={model}
        active={active}
        stats={stats}
        onNextRefused={goToRefused}
        onNextProblem={goToProblem}
        onShowPending={() => model.setQuery({ pendingOnly: true })}
        onOnly={(kind) => model.setQuery({ only: troubledRows(model, kind) })}
      />
      {filter && (
        <FilterPopover
          {...filter}
          model={model}
          client={props.client}
          onClose={() => {
            setFilter(null);
            const header = filter.anchor.closest('.ag-header-cell') !== null;
            // The popover gives the focus back to its anchor first.
            requestAnimationFrame(() => {
              if (!header || !grid.current?.columns.focusHeader(filter.column.name)) grid.current?.focus();
            });
          }}
        />
      )}
      {columns.dialogs}
      {pasting.dialog}
      {ranges.dialogs}
      {menu && (
        <CellMenu
          at={menu.at}
          onClose={close(() => setMenu(null))}
          entries={menuEntries(menuParts(menu.cell))}
        />
      )}
      {snapshot.asking && (
        <ReasonDialog
          asked={snapshot.asking}
          onAnswer={(reason) => {
            model.answerReason(reason);
            grid.current?.focus();
          }}
        />
      )}
      {asksRefused && (
        <RefusedDialog
          count={snapshot.refused}
          onClose={() => setAsksRefused(false)}
          onGoTo={() => {
            setAsksRefused(false);
            goToRefused();
          }}
          onDrop={() => {
            setAsksRefused(false);
            model.dropRefused();
            void model.settled().then(() => {
              if (pendingRows > 0) props.onSubmit(context);
            });
          }}
        />
      )}
    </div>
  );
};
