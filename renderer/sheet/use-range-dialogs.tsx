import { type ReactNode, type RefObject, useRef, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { ActiveCell, GridController } from '../grid/grid-controller.ts';
import { cellCount, type Selection } from '../grid/ranges/selection.ts';
import { inTurns } from '../ui/turns.ts';
import { FindDialog, type FindDialogProps } from './find-dialog.tsx';
import { NO_SEARCH } from './find-step.ts';
import { GoToDialog } from './go-to-dialog.tsx';
import { monthCells } from './month-cells.ts';
import { type PlanCells, planStart } from './plan-cells.ts';
import { PlanDialog, type PlanDialogProps } from './plan-dialog.tsx';
import { planCells, type RangeTarget } from './range-commands.ts';
import type { SheetModel } from './sheet-model.ts';

type Planning = Pick<PlanDialogProps, 'start' | 'missing'>;

interface RangeDialogParts {
  readonly model: SheetModel;
  readonly client: BackendClient;
  readonly grid: RefObject<GridController | null>;
  readonly active: ActiveCell | null;
  readonly selection: Selection | null;
  readonly mayPlan: boolean;
  target(): RangeTarget;
  goTo(row: RowKey, column?: string): Promise<void>;
  /** Wraps what closes a dialog, so that the keyboard comes back to the grid. */
  close(back: () => void): () => void;
}

export interface RangeDialogs {
  readonly dialogs: ReactNode;
  plan(range: Selection | null): Promise<void>;
  /** `again` goes on with the last search. */
  find(again?: 1 | -1): void;
  goTo(): void;
}

/** The dialogs that work on a range or lead to a cell: planning, find and replace, go to. */
export const useRangeDialogs = (parts: RangeDialogParts): RangeDialogs => {
  const { model, grid, active, close } = parts;
  const [planning, setPlanning] = useState<Planning | null>(null);
  const [finding, setFinding] = useState<FindDialogProps['start'] | null>(null);
  const searched = useRef(NO_SEARCH);
  const [going, setGoing] = useState(false);
  return {
    plan: async (range) => {
      if (!range || !parts.mayPlan) return;
      const alone = active !== null && cellCount(range) === 1;
      // From one cell the months of its line are planned.
      const prepare = async (found: PlanCells | string): Promise<Planning | string> => {
        if (typeof found === 'string') return found;
        const start = await inTurns(planStart(model, found.cells));
        return start ? { start, missing: found.missing } : '';
      };
      const planned = await (alone
        ? monthCells(model, parts.client, active, new Date(), () => crypto.randomUUID())
        : planCells(parts.target(), range)
      )
        .then(prepare)
        .catch((error: unknown) => AppError.wrap(error).message);
      if (typeof planned === 'string') model.say(planned);
      else setPlanning(planned);
    },
    find: (again) =>
      setFinding((was) => ({
        ...searched.current,
        again: searched.current.text === '' ? undefined : again,
        asked: (was?.asked ?? 0) + 1,
      })),
    goTo: () => setGoing(true),
    dialogs: (
      <>
        {planning && <PlanDialog model={model} {...planning} onClose={close(() => setPlanning(null))} />}
        {finding && (
          <FindDialog
            model={model}
            client={parts.client}
            columns={grid.current?.shownColumns ?? []}
            start={finding}
            onSearch={(next) => {
              searched.current = next;
            }}
            from={() => {
              const at = grid.current?.active;
              return at ? { place: at.row.index, row: at.row.key, column: at.column.name } : null;
            }}
            selection={parts.selection}
            onGo={(row, column) => parts.goTo(row, column)}
            onClose={close(() => setFinding(null))}
          />
        )}
        {going && (
          <GoToDialog
            model={model}
            columns={grid.current?.shownColumns ?? []}
            at={active?.row.index ?? 0}
            onGo={(index, column) => grid.current?.goTo(index, column ?? active?.column.name)}
            onClose={close(() => setGoing(false))}
          />
        )}
      </>
    ),
  };
};
