import type { EventName, EventOf, InputOf, OperationName, OutputOf } from './operations.ts';

/** The backend as the renderer sees it; both hosts and the test double provide one. Failures reject with AppError. */
export interface BackendClient {
  call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** Subscribes; the answer unsubscribes. */
  on<N extends EventName>(name: N, listener: (event: EventOf<N>) => void): () => void;
}
