import type { IDatasource, IGetRowsParams } from 'ag-grid-community';
import type { GridModel } from './grid-model.ts';

/** Feeds AG Grid's row blocks from the model's pages; what the model holds arrives without a turn of the event loop. */
export const gridDatasource = (model: GridModel): IDatasource => ({
  rowCount: model.rowCount,
  getRows({ startRow, endRow, successCallback, failCallback }: IGetRowsParams): void {
    const rows = model.rows(startRow, Math.min(endRow, model.rowCount));
    if (!(rows instanceof Promise)) {
      successCallback([...rows], model.rowCount);
      return;
    }
    rows.then(
      (loaded) => successCallback([...loaded], model.rowCount),
      // The model tells the screen why; a view made anew asks again.
      () => failCallback(),
    );
  },
});
