import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { SubmitRun, type SubmitState } from './submit-run.ts';

export interface Submit {
  readonly state: SubmitState;
  readonly run: SubmitRun;
}

/** A submit of the sheet's pending edits, previewed at once; the sheet hears how it ended. */
export const useSubmit = (
  client: BackendClient,
  context: SheetContext,
  newId: () => string,
  offline: boolean,
): Submit => {
  const away = useRef(offline);
  away.current = offline;
  const [run] = useState(
    () =>
      new SubmitRun({
        client,
        sheet: context.sheet,
        newId,
        offline: () => away.current,
        approval: context.policy?.policy.mode === 'approval',
        onEnd: () => void context.afterCommit(),
      }),
  );
  const [subscribe] = useState(() => (listener: () => void) => run.subscribe(listener));
  const state = useSyncExternalStore(subscribe, () => run.state);
  useEffect(() => {
    void run.load();
  }, [run]);
  return { state, run };
};
