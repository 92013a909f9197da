import type { BackendClient } from '../../shared/contract/client.ts';
import type { Overlay } from './overlay.ts';
import type { SheetStore } from './sheet-store.ts';

/** Rows of a sheet that need a decision, as the backend works them out; read again whenever it says that they changed. */
export class SheetConflicts {
  readonly #client: BackendClient;
  readonly #sheet: string;
  readonly #overlay: Overlay;
  readonly #store: SheetStore;
  #asked = 0;

  constructor(client: BackendClient, sheet: string, overlay: Overlay, store: SheetStore) {
    this.#client = client;
    this.#sheet = sheet;
    this.#overlay = overlay;
    this.#store = store;
  }

  /** A failure leaves what is shown: the next change asks again, and a submit leaves such rows out in any case. */
  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const state = await this.#client.call('merge.state', { sheet: this.#sheet });
      if (turn !== this.#asked || this.#store.closed) return;
      const before = [...this.#overlay.conflicts.keys()];
      this.#overlay.showConflicts(state.conflicts);
      this.#store.set({ conflicts: state.rows, settled: state.settled });
      this.#store.draw({ kind: 'cells', rows: new Set([...before, ...this.#overlay.conflicts.keys()]) });
    } catch {
      return;
    }
  }
}
