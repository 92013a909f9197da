import type { AppError } from '../../shared/model/failure.ts';
import type { Warehouse } from './adapter.ts';

/** A warehouse nobody has reached yet: it knows whose it is and refuses everything with the reason. */
export const unreachable = (user: string, why: () => AppError): Warehouse => {
  const no = async (): Promise<never> => {
    throw why();
  };
  return {
    identity: { user, roles: [], serverVersion: '' },
    capabilities: no,
    database: no,
    tables: no,
    describe: no,
    read: no,
    lookup: no,
    statements: () => [],
    commit: no,
    outcomeOf: no,
    history: no,
    followAudit: no,
    past: { changes: no, lastChanges: no },
    reviews: {
      policy: no,
      setPolicy: no,
      propose: no,
      state: no,
      list: no,
      payload: no,
      log: no,
      touched: no,
      approve: no,
      return: no,
      end: no,
      remark: no,
      hint: no,
      onChanged: () => {},
    },
    comments: no,
    comment: no,
    resolveComment: no,
    governance: { state: no, plan: no, install: no },
    periods: { list: no, of: no, close: no, reopen: no, cadence: no },
    onLost: () => {},
    close: async () => {},
  };
};
