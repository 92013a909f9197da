import { AppError } from '../model/failure.ts';
import { MOST_VIEWS, type SavedView, type SheetViews, type ViewsChange } from '../model/saved-view.ts';

/**
 * A person's views after one change. AppError `invalid` when a name is taken or there are too many, `conflict` when the view is gone
 * (another window removed it).
 */
export const changeViews = (all: SheetViews, change: ViewsChange): SheetViews => {
  const replace = (id: string, part: Partial<SavedView>): SavedView[] => {
    if (!all.views.some((view) => view.id === id)) throw gone();
    return all.views.map((view) => (view.id === id ? { ...view, ...part } : view));
  };
  switch (change.kind) {
    case 'keep':
      if (change.id === null) return { ...all, standard: change.draft, active: null };
      return { ...all, views: replace(change.id, { draft: change.draft }), active: change.id };
    case 'use':
      if (change.id !== null) replace(change.id, {});
      return { ...all, active: change.id };
    case 'save': {
      const { id, name, layout } = change;
      refuseTaken(all, id, name);
      const known = all.views.some((view) => view.id === id);
      if (!known && all.views.length >= MOST_VIEWS)
        throw new AppError(
          'invalid',
          'views-many',
          `A sheet has at most ${MOST_VIEWS} views. Delete one first.`,
        );
      const views = known
        ? replace(id, { name, layout, draft: null })
        : [...all.views, { id, name, layout, draft: null }];
      return { ...all, views, active: id };
    }
    case 'rename':
      refuseTaken(all, change.id, change.name);
      return { ...all, views: replace(change.id, { name: change.name }) };
    case 'remove':
      return {
        ...all,
        views: all.views.filter(({ id }) => id !== change.id),
        active: all.active === change.id ? null : all.active,
        initial: all.initial === change.id ? null : all.initial,
      };
    case 'initial':
      if (change.id !== null) replace(change.id, {});
      return { ...all, initial: change.id };
  }
};

/** The view a sheet opens with. */
export const firstView = ({ views, initial, active }: SheetViews): string | null =>
  views.find(({ id }) => id === initial)?.id ?? views.find(({ id }) => id === active)?.id ?? null;

const refuseTaken = ({ views }: SheetViews, id: string, name: string): void => {
  const wanted = name.toLocaleLowerCase();
  if (views.some((view) => view.id !== id && view.name.toLocaleLowerCase() === wanted))
    throw new AppError(
      'invalid',
      'view-name-taken',
      `There is a view "${name}" already. Choose another name.`,
    );
};

const gone = (): AppError =>
  new AppError('conflict', 'view-removed', 'This view was deleted meanwhile. Save it under a name again.');
