import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { ALL_ROWS, isNarrowed } from './conditions.ts';
import type { SheetModel } from './sheet-model.ts';
import type { SheetSnapshot } from './sheet-snapshot.ts';

/** Over a grid without rows: why there are none, and the way back to all of them. */
export const EmptySheet = ({
  model,
  snapshot,
}: {
  model: SheetModel;
  snapshot: SheetSnapshot;
}): ReactNode => {
  const { pendingOnly } = snapshot.query;
  const narrowed = isNarrowed(snapshot.query);
  return (
    <div className="sheet-empty over" role="status">
      <h2>{narrowed ? 'No row matches' : 'No rows'}</h2>
      <p>
        {pendingOnly
          ? 'There are no rows with pending changes in this view.'
          : narrowed
            ? 'Nothing in this sheet fits the filters.'
            : 'The table is empty, or no row is visible to your roles.'}
      </p>
      {narrowed && <Button onPress={() => model.setQuery(ALL_ROWS)}>Show all rows</Button>}
    </div>
  );
};
