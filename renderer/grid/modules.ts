import {
  CellApiModule,
  CellStyleModule,
  ColumnApiModule,
  CustomEditorModule,
  EventApiModule,
  InfiniteRowModelModule,
  type Module,
  PinnedRowModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
} from 'ag-grid-community';

/** The parts of AG Grid in use; one that is missing is only a console error there, which fails the tests. */
export const GRID_MODULES: readonly Module[] = [
  InfiniteRowModelModule,
  PinnedRowModule,
  CustomEditorModule,
  CellStyleModule,
  CellApiModule,
  ColumnApiModule,
  EventApiModule,
  RenderApiModule,
  RowApiModule,
  ScrollApiModule,
];
