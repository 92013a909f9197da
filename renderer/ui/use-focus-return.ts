import { useEffect, useRef } from 'react';

/**
 * Moves the focus to the work when a panel or dialog closes and leaves it nowhere: what opened it may be disabled by then.
 * A place that took the focus keeps it.
 */
export const useFocusReturn = (toWork: () => void): void => {
  const open = useRef(false);
  const work = useRef(toWork);
  work.current = toWork;
  useEffect(() => {
    open.current = true;
    return () => {
      open.current = false;
      // The dialog gives the focus back to its opener first.
      requestAnimationFrame(() => {
        if (!open.current && document.activeElement === document.body) work.current();
      });
    };
  }, []);
};

/** Whether the focus is in a panel beside the work, which took it when it opened. */
export const isInPanel = (focused: Element | null): boolean => (focused?.closest('aside') ?? null) !== null;
