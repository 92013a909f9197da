import type { GridChange } from '../grid/grid-model.ts';
import { FIRST_SNAPSHOT, type SheetSnapshot } from './sheet-snapshot.ts';

/** The snapshot the screen draws and the changes the grid draws, with who listens to them. */
export class SheetStore {
  readonly #listeners = new Set<() => void>();
  readonly #gridListeners = new Set<(change: GridChange) => void>();
  #snapshot: SheetSnapshot = FIRST_SNAPSHOT;
  #closed = false;

  get snapshot(): SheetSnapshot {
    return this.#snapshot;
  }

  get closed(): boolean {
    return this.#closed;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  getSnapshot = (): SheetSnapshot => this.#snapshot;

  onGridChange(listener: (change: GridChange) => void): () => void {
    this.#gridListeners.add(listener);
    return () => this.#gridListeners.delete(listener);
  }

  set(change: Partial<SheetSnapshot>): void {
    if (this.#closed) return;
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Tells what a command did or why it did not: shown for a while, and read out. */
  say(said: string): void {
    this.set({ said, saidTimes: this.#snapshot.saidTimes + 1 });
  }

  draw(change: GridChange): void {
    for (const listener of this.#gridListeners) listener(change);
  }

  close(): void {
    this.#closed = true;
  }
}
