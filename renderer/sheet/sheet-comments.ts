import type { BackendClient } from '../../shared/contract/client.ts';
import type { RowKey } from '../../shared/model/rows.ts';
import type { Overlay } from './overlay.ts';

/** Which cells of a sheet are commented on, so that they are marked; what was said is the panel's. */
export class SheetComments {
  readonly #client: BackendClient;
  readonly #sheet: string;
  readonly #overlay: Overlay;
  readonly #draw: (rows: ReadonlySet<RowKey>) => void;
  #turn = 0;

  constructor(
    client: BackendClient,
    sheet: string,
    overlay: Overlay,
    draw: (rows: ReadonlySet<RowKey>) => void,
  ) {
    this.#client = client;
    this.#sheet = sheet;
    this.#overlay = overlay;
    this.#draw = draw;
  }

  /** Asks which cells have open comments. Marks stay as they are where that cannot be told. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    const answer = await this.#client.call('comments.list', { sheet: this.#sheet }).catch(() => null);
    if (!answer || turn !== this.#turn) return;
    const { commented } = this.#overlay;
    const touched = new Set(commented.keys());
    commented.clear();
    for (const { row, column } of answer.comments) {
      commented.set(row, new Set([...(commented.get(row) ?? []), column]));
      touched.add(row);
    }
    if (touched.size > 0) this.#draw(touched);
  }
}
