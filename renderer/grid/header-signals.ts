/** Tells headers what they draw by: that sort or filters changed, and, once, that the first rows are on screen. */
export class HeaderSignals {
  readonly #views = new Set<() => void>();
  #waiting: Set<() => void> | null = new Set();

  /** Calls whenever sort or filters changed; the answer ends that. */
  onView(listener: () => void): () => void {
    this.#views.add(listener);
    return () => this.#views.delete(listener);
  }

  /** Calls once the first rows are on screen, at once where they are; the answer calls it off. */
  onShown(listener: () => void): () => void {
    if (!this.#waiting) listener();
    this.#waiting?.add(listener);
    return () => this.#waiting?.delete(listener);
  }

  view(): void {
    for (const listener of this.#views) listener();
  }

  shown(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const listener of waiting ?? []) listener();
  }
}
