import { expect, test } from 'vitest';
import {
  MOST_VIEWS,
  NO_LAYOUT,
  NO_VIEWS,
  type SheetLayout,
  type SheetViews,
  type ViewsChange,
} from '../../../../shared/model/saved-view.ts';
import { changeViews, firstView } from '../../../../shared/views/change-views.ts';

const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const NARROW: SheetLayout = { ...NO_LAYOUT, order: ['b'] };
const after = (...changes: ViewsChange[]): SheetViews => changes.reduce(changeViews, NO_VIEWS);
const saved = (n: number, name = `View ${n}`): ViewsChange => ({
  kind: 'save',
  id: id(n),
  name,
  layout: NARROW,
});

test('unsaved changes stay with the view they were made in', () => {
  const views = after(
    saved(1),
    { kind: 'keep', id: id(1), draft: NO_LAYOUT },
    { kind: 'keep', id: null, draft: NARROW },
  );
  expect(views.active).toBeNull();
  expect(views.standard).toEqual(NARROW);
  expect(views.views[0]).toMatchObject({ layout: NARROW, draft: NO_LAYOUT });
});

test('saving a view again takes its changes up and keeps its place', () => {
  const views = after(saved(1), saved(2), { kind: 'keep', id: id(1), draft: NO_LAYOUT }, saved(1, 'Renamed'));
  expect(views.views.map(({ name, draft }) => [name, draft])).toEqual([
    ['Renamed', null],
    ['View 2', null],
  ]);
  expect(views.active).toBe(id(1));
});

test('two views cannot have the same name, whatever its case', () => {
  const views = after(saved(1, 'Month end'), saved(2));
  expect(() => changeViews(views, { kind: 'rename', id: id(2), name: 'MONTH END' })).toThrow(/already/);
  expect(changeViews(views, { kind: 'rename', id: id(1), name: 'MONTH END' }).views[0]?.name).toBe(
    'MONTH END',
  );
});

test('a view that is gone is told of, not made again', () => {
  for (const change of [
    { kind: 'keep', id: id(9), draft: NARROW },
    { kind: 'use', id: id(9) },
    { kind: 'rename', id: id(9), name: 'x' },
    { kind: 'initial', id: id(9) },
  ] satisfies ViewsChange[])
    expect(() => changeViews(after(saved(1)), change)).toThrow(/deleted meanwhile/);
});

test('a sheet opens with its default view, else with the last one, and never with one that is gone', () => {
  const views = after(saved(1), saved(2), { kind: 'initial', id: id(1) });
  expect(firstView(views)).toBe(id(1));
  const removed = changeViews(views, { kind: 'remove', id: id(1) });
  expect(removed.initial).toBeNull();
  expect(firstView(removed)).toBe(id(2));
  expect(firstView(changeViews(removed, { kind: 'remove', id: id(2) }))).toBeNull();
});

test('a sheet holds a limited number of views', () => {
  const full = after(...Array.from({ length: MOST_VIEWS }, (_, i) => saved(i)));
  expect(() => changeViews(full, saved(MOST_VIEWS))).toThrow(/at most/);
  expect(changeViews(full, saved(3, 'Again')).views).toHaveLength(MOST_VIEWS);
});
