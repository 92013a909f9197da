import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

interface FloatingProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A panel under an editor that stays with it while the grid scrolls, above it where there is no room. Clicks in it leave the focus where it is. */
export const Floating = ({ anchor, className, children }: FloatingProps): ReactNode => {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const place = (): void => {
      const cell = anchor.current?.getBoundingClientRect();
      const { current } = panel;
      if (!cell || !current) return;
      const height = current.offsetHeight;
      const below = cell.bottom + height + 4 <= window.innerHeight || cell.top < height + 4;
      current.style.top = `${below ? cell.bottom + 1 : cell.top - height - 1}px`;
      current.style.left = `${Math.max(4, Math.min(cell.left - 1, window.innerWidth - current.offsetWidth - 4))}px`;
      current.style.minWidth = `${cell.width + 2}px`;
    };
    place();
    const resized = new ResizeObserver(place);
    if (panel.current) resized.observe(panel.current);
    window.addEventListener('scroll', place, true);
    window.addEventListener('resize', place);
    return () => {
      resized.disconnect();
      window.removeEventListener('scroll', place, true);
      window.removeEventListener('resize', place);
    };
  }, [anchor]);
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps the focus in the editor
    <div
      ref={panel}
      className={`sheet-floating ${className ?? ''}`}
      onMouseDown={(event) => {
        if (
          !(event.target instanceof HTMLElement && event.target.closest('textarea, .react-aria-Calendar'))
        ) {
          event.preventDefault();
        }
      }}
    >
      {children}
    </div>,
    document.body,
  );
};
