import { ExternalLink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface BrowserDialogProps {
  readonly client: BackendClient;
  readonly task: string;
  readonly onCancel: () => void;
}

/** Says that the sign-in goes on in the browser, with the address for a browser that did not come up. */
export const BrowserDialog = ({ client, task, onCancel }: BrowserDialogProps): ReactNode => {
  const [url, setUrl] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);
  useBackendEvent(client, 'session.browse', (opened) => {
    if (opened.task === task) setUrl(opened.url);
  });
  return (
    <Dialog
      title="Sign in in the browser"
      width="440px"
      onClose={onCancel}
      foot={
        <>
          <Button
            isDisabled={url === null}
            onPress={() => {
              void navigator.clipboard.writeText(url ?? '').then(() => setCopied(true));
            }}
          >
            {copied ? 'Copied' : 'Copy the address'}
          </Button>
          <Button onPress={onCancel}>Cancel</Button>
        </>
      }
    >
      <p role="status">
        {url === null
          ? 'Asking the sign-in provider…'
          : 'The sign-in page is open in the browser. This window goes on once it is done there.'}
      </p>
      {url !== null && !window.writDesktop ? (
        <p>
          <a className="link-out" href={url} target="_blank" rel="noreferrer">
            <ExternalLink size={14} aria-hidden /> Open the sign-in page
          </a>
        </p>
      ) : null}
    </Dialog>
  );
};
