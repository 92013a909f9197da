import type { IDatasource, IGetRowsParams } from 'ag-grid-community';
import type { GridModel } from './grid-model.ts';

/** Rows drawn in a frame of their own when a sheet opens, so that there is something to read before the screen is full. */
const FIRST_ROWS = 1;

/**
 * Feeds AG Grid's row blocks from the model's pages; what the model holds arrives without a turn of the event loop. The first answer
 * shows few rows and is told to `begun`, with whether it left any out, which then are to be shown.
 */
export const gridDatasource = (model: GridModel, begun: (few: boolean) => void): IDatasource => {
  let first = true;
  const begin = (few: boolean): boolean => {
    if (first) begun(few);
    first = false;
    return few;
  };
  /** Rows AG Grid is to know of. */
  const count = (): number => (begin(first && model.rowCount > FIRST_ROWS) ? FIRST_ROWS : model.rowCount);
  return {
    getRows({ startRow, endRow, successCallback, failCallback }: IGetRowsParams): void {
      const rows = model.rows(startRow, endRow);
      if (!(rows instanceof Promise)) {
        successCallback([...rows], count());
        return;
      }
      rows.then(
        (loaded) => successCallback([...loaded], count()),
        // The model tells the screen why; a view made anew asks again.
        () => {
          failCallback();
          begin(false);
        },
      );
    },
  };
};
