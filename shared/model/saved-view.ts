import { z } from 'zod';
import { valueFormat } from './sheet.ts';
import { viewQuery } from './view.ts';

/** How one person sees one column. What is absent is as the sheet's definition has it. */
export const columnLayout = z.object({
  name: z.string().max(200),
  hidden: z.boolean().optional(),
  /** Pixels. */
  width: z.int().min(20).max(4000).optional(),
  /** Replaces the definition's format for display; what is stored is never touched. */
  format: valueFormat.optional(),
});
export type ColumnLayout = z.infer<typeof columnLayout>;

const MOST_COLUMNS = 2_000;
const names = z.array(z.string().max(200)).max(MOST_COLUMNS);

/** What part of a view query belongs to a layout; a new way of asking for rows belongs to it unless it is left out here. */
export const layoutQuery = viewQuery.omit({ pendingOnly: true, marks: true, only: true });
export type LayoutQuery = z.infer<typeof layoutQuery>;

/** How one person sees one sheet: columns, and which rows in which order. */
export const sheetLayout = z.object({
  /** Names of columns as they follow each other; null is the definition's order. Columns not named stand behind their neighbour there. */
  order: names.nullable().default(null),
  /** Columns kept at the left; null keeps as many key columns there as fit. */
  frozen: names.nullable().default(null),
  columns: z.array(columnLayout).max(MOST_COLUMNS).default([]),
  query: layoutQuery.prefault({}),
});
export type SheetLayout = z.infer<typeof sheetLayout>;

export const viewName = z.string().trim().min(1).max(80);

/** A layout under a name. `draft` is the layout as changed since it was saved; null when nothing was. */
export const savedView = z.object({
  id: z.uuid(),
  name: viewName,
  layout: sheetLayout,
  draft: sheetLayout.nullable().default(null),
});
export type SavedView = z.infer<typeof savedView>;

export const MOST_VIEWS = 100;

/** A person's views of one sheet. The view without a name (`id` null) is the definition's own layout; `standard` is what was changed in it. */
export const sheetViews = z.object({
  views: z.array(savedView).max(MOST_VIEWS).default([]),
  standard: sheetLayout.nullable().default(null),
  /** The view last in use. */
  active: z.uuid().nullable().default(null),
  /** The view the sheet opens with; null opens the one last in use. */
  initial: z.uuid().nullable().default(null),
});
export type SheetViews = z.infer<typeof sheetViews>;

export const NO_LAYOUT: SheetLayout = sheetLayout.parse({});
export const NO_VIEWS: SheetViews = sheetViews.parse({});

/** One change of a person's views of a sheet. */
export const viewsChange = z.discriminatedUnion('kind', [
  /** Keeps what was changed in a view without saving it, and makes it the active one; a null draft gives the changes up. */
  z.object({ kind: z.literal('keep'), id: z.uuid().nullable(), draft: sheetLayout.nullable() }),
  /** Makes a view the active one. */
  z.object({ kind: z.literal('use'), id: z.uuid().nullable() }),
  /** Saves a layout under a name, as a new view or over an old one, and makes it the active one. */
  z.object({ kind: z.literal('save'), id: z.uuid(), name: viewName, layout: sheetLayout }),
  z.object({ kind: z.literal('rename'), id: z.uuid(), name: viewName }),
  z.object({ kind: z.literal('remove'), id: z.uuid() }),
  z.object({ kind: z.literal('initial'), id: z.uuid().nullable() }),
]);
export type ViewsChange = z.infer<typeof viewsChange>;
