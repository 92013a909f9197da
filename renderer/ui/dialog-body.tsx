import { type ReactNode, useEffect, useState } from 'react';

const FOCUSABLE = 'a[href], button, input, select, textarea, [tabindex]';

/** The part of a dialog that scrolls; where it holds nothing to focus, it takes the focus itself so that keys scroll it (WCAG 2.1.1). */
export const DialogBody = ({ children }: { readonly children: ReactNode }): ReactNode => {
  const [body, setBody] = useState<HTMLDivElement | null>(null);
  const [reads, setReads] = useState(false);
  useEffect(() => {
    if (!body) return;
    const look = (): void =>
      setReads(body.scrollHeight > body.clientHeight && body.querySelector(FOCUSABLE) === null);
    const sizes = new ResizeObserver(look);
    sizes.observe(body);
    const content = new MutationObserver(look);
    content.observe(body, { childList: true, subtree: true });
    return () => {
      sizes.disconnect();
      content.disconnect();
    };
  }, [body]);
  return (
    <div className="dialog-body" ref={setBody} {...(reads ? { tabIndex: 0 } : {})}>
      {children}
    </div>
  );
};
