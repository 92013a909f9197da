import { useEffect, useRef, useState } from 'react';
import type { Column } from '../../shared/model/sheet.ts';
import type { Selection } from '../grid/ranges/selection.ts';
import { type SelectionStats, selectionStats } from './selection-stats.ts';
import type { SheetModel } from './sheet-model.ts';

/** Figures of the selection for the status bar; counted again when the selection or, through `changed`, a value changes. */
export const useSelectionStats = (
  model: SheetModel,
  columns: () => readonly Column[],
  selection: Selection | null,
  changed: unknown,
): SelectionStats | null => {
  const [stats, setStats] = useState<SelectionStats | null>(null);
  const latest = useRef(columns);
  latest.current = columns;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` says that values may be other ones now
  useEffect(() => {
    let wanted = true;
    if (!selection) {
      setStats(null);
      return;
    }
    // While a range is being dragged only its last extent is counted.
    const frame = requestAnimationFrame(() => {
      selectionStats(model, latest.current(), selection, () => wanted).then(
        (found) => wanted && setStats(found),
        () => wanted && setStats(null),
      );
    });
    return () => {
      wanted = false;
      cancelAnimationFrame(frame);
    };
  }, [model, selection, changed]);
  return stats;
};
