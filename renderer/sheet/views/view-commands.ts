import { AppError } from '../../../shared/model/failure.ts';
import type { Command } from '../../ui/commands.ts';
import type { SheetModel } from '../sheet-model.ts';
import type { ViewsState } from './views-state.ts';

/** Switching between views by their names, for the palette. */
export const viewCommands = (
  model: SheetModel,
  { views, active, changed }: ViewsState,
): readonly Command[] => {
  const attempt = (work: Promise<void>): void => {
    work.catch((error: unknown) => model.say(AppError.wrap(error).message));
  };
  return [
    ...[{ id: null, name: 'Standard' }, ...views].map(
      ({ id, name }): Command => ({
        id: `view ${id ?? 'standard'}`,
        label: `View: ${name}`,
        refusal: id === active ? 'This view is shown' : null,
        run: () => attempt(model.layout.use(id)),
      }),
    ),
    {
      id: 'revert-view',
      label: 'Revert the view',
      refusal: changed ? null : 'Nothing was changed',
      run: () => attempt(model.layout.revert()),
    },
  ];
};
