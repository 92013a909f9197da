import { randomUUID } from 'node:crypto';
import type { Backend } from '../../electron/backend.ts';
import type {
  EventName,
  EventOf,
  InputOf,
  OperationName,
  OutputOf,
} from '../../shared/contract/operations.ts';
import type { EditStep } from '../../shared/model/edit.ts';
import { AppError } from '../../shared/model/failure.ts';

interface Said {
  readonly name: string;
  readonly event: unknown;
}

/** A window without a window: typed calls, and a record of what the backend said unasked. */
export interface TestClient {
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** `kind code` of the AppError a call rejects with. */
  refusal<N extends OperationName>(name: N, input: InputOf<N>): Promise<string>;
  /** Events of one name so far. */
  said<N extends EventName>(name: N): readonly EventOf<N>[];
  /** The first event of this name that fits, of those said before or later. */
  heard<N extends EventName>(name: N, fits?: (event: EventOf<N>) => boolean): Promise<EventOf<N>>;
  /** Forgets what was said. */
  forget(): void;
  close(): void;
}

export const attachClient = (backend: Backend): TestClient => {
  let all: Said[] = [];
  const waiting = new Set<() => void>();
  const attached = backend.attach((name, event) => {
    all.push({ name, event });
    for (const look of [...waiting]) look();
  });
  const said = <N extends EventName>(name: N): readonly EventOf<N>[] =>
    all.filter((each) => each.name === name).map((each) => each.event as EventOf<N>);
  const call = <N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> =>
    attached.call(name, input) as Promise<OutputOf<N>>;
  return {
    call,
    refusal: async (name, input) => {
      try {
        await call(name, input);
      } catch (error) {
        return error instanceof AppError ? `${error.kind} ${error.code}` : `not an AppError: ${error}`;
      }
      return 'no refusal';
    },
    said,
    heard: (name, fits = () => true) =>
      new Promise((found) => {
        const look = (): void => {
          const hit = said(name).find(fits);
          if (hit === undefined) return;
          waiting.delete(look);
          found(hit);
        };
        waiting.add(look);
        look();
      }),
    forget: () => {
      all = [];
    },
    close: attached.close,
  };
};

type Cell = string | null;
const AT = '2026-01-02T03:04:05.000Z';

/** A step that sets cells of one column. */
export const setting = (
  sheet: string,
  column: string,
  edits: readonly (readonly [row: string, before: Cell, after: Cell])[],
): EditStep => ({
  id: randomUUID(),
  sheet,
  at: AT,
  label: 'Edit',
  sets: {
    columns: [column],
    rows: edits.map(([row]) => row),
    columnOf: edits.map(() => 0),
    before: edits.map(([, before]) => before),
    after: edits.map(([, , after]) => after),
  },
});

export const inserting = (sheet: string, row: string, values: Record<string, Cell>): EditStep => ({
  id: randomUUID(),
  sheet,
  at: AT,
  label: 'Add row',
  inserts: [{ row, values }],
});

export const deleting = (sheet: string, row: string, before: Record<string, Cell>): EditStep => ({
  id: randomUUID(),
  sheet,
  at: AT,
  label: 'Delete rows',
  deletes: [{ row, before }],
});
