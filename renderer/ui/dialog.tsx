import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { DialogBody } from './dialog-body.tsx';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** CSS inline size, for example `640px`. */
  readonly width?: string;
  /** False while closing would leave something half done. */
  readonly dismissable?: boolean;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
}

/** A modal dialog: focus is kept inside, Escape closes, focus goes back where it came from. */
export const Dialog = ({
  title,
  onClose,
  width = '560px',
  dismissable = true,
  children,
  foot,
}: DialogProps): ReactNode => (
  <ModalOverlay
    className="overlay"
    isOpen
    isKeyboardDismissDisabled={!dismissable}
    onOpenChange={(open) => {
      if (!open) onClose();
    }}
  >
    <Modal style={{ inlineSize: width, maxInlineSize: '96vw' }}>
      <AriaDialog className="dialog">
        <Heading slot="title" className="dialog-title">
          {title}
        </Heading>
        <DialogBody>{children}</DialogBody>
        {foot ? <div className="dialog-foot">{foot}</div> : null}
      </AriaDialog>
    </Modal>
  </ModalOverlay>
);
