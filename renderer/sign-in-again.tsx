import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../shared/contract/client.ts';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import { BrowserDialog } from './connect/browser-dialog.tsx';
import type { Asked } from './connect/connect-screen.tsx';
import { signIn } from './connect/sign-in.ts';
import { Banner } from './ui/banner.tsx';
import { Button } from './ui/button.tsx';

export interface SignInAgainProps {
  readonly client: BackendClient;
  readonly session: Session;
  /** What the warehouse or the provider said. */
  readonly message: string;
  readonly onEntered: (session: Session) => void;
  /** The person has to give something first. */
  readonly onAsked: (asked: Asked) => void;
}

/** Says that the person is signed out while the work goes on in the journal, and brings the same person back in. */
export const SignInAgain = (props: SignInAgainProps): ReactNode => {
  const { client, session } = props;
  const [browsing, setBrowsing] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const again = async (): Promise<void> => {
    const { connection, person } = session;
    setBusy(true);
    setFailure(null);
    try {
      const opened = await signIn(
        client,
        { connection, user: person.user, password: undefined, remember: false, passphrase: undefined },
        {
          run: async (wait) => {
            const task = crypto.randomUUID();
            setBrowsing(task);
            return wait(task).finally(() => setBrowsing(null));
          },
        },
      );
      props.onEntered(opened);
    } catch (error) {
      const problem = AppError.wrap(error);
      if (problem.kind === 'denied')
        props.onAsked({ connection: { ...connection, user: person.user }, failure: problem });
      else if (problem.kind !== 'cancelled') setFailure(problem.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Banner
        look="warn"
        action={
          <Button isDisabled={busy} onPress={() => void again()}>
            Sign in again
          </Button>
        }
      >
        {props.message} Edits are kept on this machine and can go on.
        {failure ? <span className="error"> {failure}</span> : null}
      </Banner>
      {browsing === null ? null : (
        <BrowserDialog
          client={client}
          task={browsing}
          onCancel={() => void client.call('exchange.cancel', { task: browsing })}
        />
      )}
    </>
  );
};
