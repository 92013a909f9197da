import type { ColumnLayout, SheetLayout } from '../../shared/model/saved-view.ts';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';

/** A column as a layout shows it. */
export interface PlacedColumn {
  /** With the layout's format instead of the definition's. */
  readonly column: Column;
  readonly hidden: boolean;
  /** Null: the grid decides by the room there is. */
  readonly frozen: boolean | null;
  /** Null: fitted to label and values. */
  readonly width: number | null;
}

/**
 * All columns of a sheet in the order a layout gives them, frozen ones first. Names the sheet has no column for are passed over; a
 * column the layout does not know stands behind the one it follows in the definition.
 */
export const placeColumns = (definition: SheetDefinition, layout: SheetLayout): readonly PlacedColumn[] => {
  const byName = new Map(layout.columns.map((one) => [one.name, one]));
  const frozen = layout.frozen && new Set(layout.frozen);
  const placed = orderedColumns(definition, layout.order).map((column): PlacedColumn => {
    const own = byName.get(column.name);
    return {
      column: own?.format ? { ...column, format: own.format } : column,
      hidden: own?.hidden ?? column.hidden ?? false,
      frozen: frozen?.has(column.name) ?? null,
      width: own?.width ?? null,
    };
  });
  return frozen ? [...placed.filter((one) => one.frozen), ...placed.filter((one) => !one.frozen)] : placed;
};

const orderedColumns = ({ columns }: SheetDefinition, order: readonly string[] | null): readonly Column[] => {
  if (!order) return columns;
  const byName = new Map(columns.map((column) => [column.name, column]));
  const placed = [...new Set(order)].flatMap((name) => byName.get(name) ?? []);
  const known = new Set(placed.map(({ name }) => name));
  columns.forEach((column, i) => {
    if (known.has(column.name)) return;
    const before = columns[i - 1]?.name;
    placed.splice(placed.findIndex(({ name }) => name === before) + 1, 0, column);
    known.add(column.name);
  });
  return placed;
};

/** Changes what a layout says of some columns; what is `undefined` in `part` goes back to the definition's. */
export const changeColumns = (
  layout: SheetLayout,
  names: readonly string[],
  part: { readonly [K in keyof Omit<ColumnLayout, 'name'>]?: ColumnLayout[K] | undefined },
): SheetLayout => {
  const wanted = new Set(names);
  const known = new Set(layout.columns.map(({ name }) => name));
  const all = [
    ...layout.columns,
    ...names.filter((name) => !known.has(name)).map((name): ColumnLayout => ({ name })),
  ];
  const columns = all.flatMap((one) => {
    if (!wanted.has(one.name)) return [one];
    const entries = Object.entries({ ...one, ...part }).filter(([, value]) => value !== undefined);
    // A column of which nothing is said but its name is as the definition has it.
    return entries.length > 1
      ? [{ ...(Object.fromEntries(entries) as Omit<ColumnLayout, 'name'>), name: one.name }]
      : [];
  });
  return { ...layout, columns };
};

/** Shows or hides columns; where that is what the definition says, the layout says nothing. */
export const showColumns = (
  layout: SheetLayout,
  { columns }: SheetDefinition,
  names: readonly string[],
  shown: boolean,
): SheetLayout =>
  names.reduce((next, name) => {
    const hidden = columns.find((column) => column.name === name)?.hidden ?? false;
    return changeColumns(next, [name], { hidden: hidden === !shown ? undefined : !shown });
  }, layout);

/** A column as it stands in the grid or in the list of columns. */
export interface Standing {
  readonly name: string;
  readonly frozen: boolean;
}

/** Puts columns before or behind another one; they become frozen or free like it. */
export const moveColumns = (
  standing: readonly Standing[],
  names: readonly string[],
  target: string,
  side: 'before' | 'after',
): readonly Standing[] => {
  const place = standing.find(({ name }) => name === target);
  const moving = new Set(names);
  if (!place || moving.has(target)) return standing;
  const moved = standing
    .filter(({ name }) => moving.has(name))
    .map((one) => ({ ...one, frozen: place.frozen }));
  const rest = standing.filter(({ name }) => !moving.has(name));
  const at = rest.findIndex(({ name }) => name === target) + (side === 'after' ? 1 : 0);
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)];
};

/** The order of all columns after the shown ones were put in another order; hidden ones stay behind the column they followed. */
export const orderWithHidden = (all: readonly string[], shown: readonly string[]): readonly string[] => {
  const moved = new Set(shown);
  const followers = new Map<string | null, string[]>();
  let last: string | null = null;
  for (const name of all) {
    if (moved.has(name)) last = name;
    else followers.set(last, [...(followers.get(last) ?? []), name]);
  }
  return [null, ...shown].flatMap((name) => [
    ...(name === null ? [] : [name]),
    ...(followers.get(name) ?? []),
  ]);
};

/** A layout without what the sheet no longer has; `gone` names the columns, each once. */
export const withoutVanished = (
  layout: SheetLayout,
  { columns }: SheetDefinition,
): { readonly layout: SheetLayout; readonly gone: readonly string[] } => {
  const known = new Set(columns.map(({ name }) => name));
  const gone = new Set<string>();
  const stays = (name: string): boolean => {
    if (!known.has(name)) gone.add(name);
    return known.has(name);
  };
  const { order, frozen, query } = layout;
  const kept: SheetLayout = {
    order: order?.filter(stays) ?? null,
    frozen: frozen?.filter(stays) ?? null,
    columns: layout.columns.filter(({ name }) => stays(name)),
    query: {
      ...query,
      sort: query.sort.filter(({ column }) => stays(column)),
      filters: query.filters.filter(({ column }) => stays(column)),
      groups: query.groups.filter(stays),
      aggregates: Object.fromEntries(Object.entries(query.aggregates).filter(([name]) => stays(name))),
    },
  };
  return gone.size > 0 ? { layout: kept, gone: [...gone] } : { layout, gone: [] };
};

/** Whether two layouts show a sheet alike; the order in which columns were changed does not matter. */
export const sameLayout = (a: SheetLayout, b: SheetLayout): boolean => canonical(a) === canonical(b);

const canonical = (layout: SheetLayout): string =>
  JSON.stringify(
    sorted({ ...layout, columns: layout.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }),
  );

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, held]) => held !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, held]) => [name, sorted(held)]),
  );
};
