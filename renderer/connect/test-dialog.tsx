import { CircleCheck, CircleDashed, CircleX, LoaderCircle, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import type { TestedStep } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { STEP_NAMES } from './connection-words.ts';

export interface TestDialogProps {
  readonly client: BackendClient;
  /** The connection's name. */
  readonly name: string;
  readonly task: string;
  /** The test under way; what was typed for it is not kept here. */
  readonly result: Promise<OutputOf<'connections.test'>>;
  readonly onClose: () => void;
}

const ALL = Object.keys(STEP_NAMES) as TestedStep['name'][];

const LOOKS: Readonly<Record<TestedStep['state'], readonly [ReactNode, string]>> = {
  running: [<LoaderCircle key="i" size={16} className="turning" aria-hidden />, 'under way'],
  ok: [<CircleCheck key="i" size={16} className="good" aria-hidden />, 'good'],
  warning: [<TriangleAlert key="i" size={16} className="warn" aria-hidden />, 'worth a look'],
  failed: [<CircleX key="i" size={16} className="bad" aria-hidden />, 'failed'],
  skipped: [<CircleDashed key="i" size={16} className="quiet" aria-hidden />, 'not needed or not tried'],
};

/** A connection tried step by step: what each found, how long it took, and what to do about it. */
export const TestDialog = ({ client, name, task, result, onClose }: TestDialogProps): ReactNode => {
  const [steps, setSteps] = useState<Readonly<Partial<Record<TestedStep['name'], TestedStep>>>>({});
  const [running, setRunning] = useState(true);
  const [failure, setFailure] = useState<AppError | null>(null);
  useBackendEvent(client, 'connections.tested', (told) => {
    if (told.task === task) setSteps((all) => ({ ...all, [told.step.name]: told.step }));
  });
  useEffect(() => {
    let shown = true;
    result
      .then(
        (tested) => shown && setSteps(Object.fromEntries(tested.steps.map((step) => [step.name, step]))),
        (error: unknown) => shown && setFailure(AppError.wrap(error)),
      )
      .finally(() => shown && setRunning(false));
    return () => {
      shown = false;
    };
  }, [result]);
  const failed = Object.values(steps).some(({ state }) => state === 'failed');
  return (
    <Dialog
      title={`Test of ${name}`}
      width="620px"
      onClose={onClose}
      foot={
        <Button look="primary" onPress={onClose}>
          {running ? 'Stop' : 'Done'}
        </Button>
      }
    >
      <p role="status">
        {running
          ? 'Trying the connection step by step…'
          : failed || failure
            ? 'The connection does not work yet.'
            : 'The connection works.'}
      </p>
      {failure ? (
        <p className="error" role="alert">
          {failure.message}
        </p>
      ) : null}
      <ol className="test-steps">
        {ALL.map((each) => (
          <Step key={each} name={each} step={steps[each]} />
        ))}
      </ol>
    </Dialog>
  );
};

const Step = ({
  name,
  step,
}: {
  readonly name: TestedStep['name'];
  readonly step: TestedStep | undefined;
}): ReactNode => {
  const [icon, word] = LOOKS[step?.state ?? 'skipped'];
  return (
    <li className={step ? `step ${step.state}` : 'step'}>
      {icon}
      <strong>{STEP_NAMES[name]}</strong>
      <span className="visually-hidden">{step ? word : 'not tried yet'}</span>
      <span className="said">{step?.message}</span>
      <span className="quiet time">
        {step && step.state !== 'running' && step.ms > 0 ? `${step.ms} ms` : ''}
      </span>
    </li>
  );
};
