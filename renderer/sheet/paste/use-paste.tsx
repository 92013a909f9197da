import { type ReactNode, useEffect, useRef, useState } from 'react';
import { AppError } from '../../../shared/model/failure.ts';
import type { Selection } from '../../grid/ranges/selection.ts';
import type { RangeTarget } from '../range-commands.ts';
import { htmlTable } from './clipboard-html.ts';
import { clipboardTable } from './clipboard-table.ts';
import {
  conventionsOf,
  isAnswered,
  type PasteBlock,
  type PastedCell,
  pasteBlock,
  type Writing,
} from './paste-block.ts';
import { PasteDialog } from './paste-dialog.tsx';
import { type PasteReview, pasteText, reviewPaste, takePaste } from './paste-review.ts';
import { writtenText } from './writing-choice.tsx';

interface PasteParts {
  readonly target: () => RangeTarget;
  readonly mayAdd: boolean;
  readonly filtered: boolean;
  readonly newId: () => string;
  /** Cells that are moved by pasting this text: those it was cut from, unless they have changed since. */
  cutFor(text: string): readonly PastedCell[];
  /** Gives the keyboard back to the grid; `pasted` says whether something was. */
  onDone(pasted: boolean): void;
}

/** A paste that is being checked, or waits for the person. `writing` is null until it is answered how the block is written. */
interface Asking {
  readonly target: RangeTarget;
  readonly block: PasteBlock;
  readonly writing: Writing | null;
  readonly review: PasteReview | null;
  readonly done: number;
}

/** Milliseconds after which a paste that is still being checked shows how far it is. */
const PATIENCE = 250;

const suggested = (block: PasteBlock): Writing => ({
  mark: block.mark.value,
  order: block.order.value,
  percent: block.percent.value,
});

/**
 * Pasting: what has one reading and is valid goes in at once, as one step; otherwise a dialog says what would be left out and why, and
 * asks how the block is written where that is open.
 */
export const usePaste = (
  parts: PasteParts,
): { readonly dialog: ReactNode; paste(selection: Selection, text: string, html: string): void } => {
  const [asking, setAsking] = useState<Asking | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const stop = (): void => {
    running.current?.abort();
    running.current = null;
  };
  const review = async (at: Asking, writing: Writing, patience: number): Promise<PasteReview | null> => {
    stop();
    const run = new AbortController();
    running.current = run;
    const from = performance.now();
    const locale = conventionsOf(at.target.model.locale, writing, at.block);
    const found = await reviewPaste(at.target.model, at.block, locale, {
      signal: run.signal,
      progress: (done) => {
        if (performance.now() - from > patience) setAsking({ ...at, writing, review: null, done });
      },
    });
    return found;
  };
  const finish = (at: Asking, writing: Writing, found: PasteReview, mark: boolean): void => {
    const { model } = at.target;
    setAsking(null);
    stop();
    takePaste(model, found, mark, at.block.cut.length > 0 ? 'Move' : 'Paste');
    model.say(pasteText(found, at.block, parts.filtered, writtenText(at.block, writing, model.locale)));
    parts.onDone(true);
  };
  const fail = (target: RangeTarget, error: unknown): void => {
    setAsking(null);
    target.model.say(AppError.wrap(error).message);
  };
  const start = async (
    target: RangeTarget,
    selection: Selection,
    text: string,
    html: string,
  ): Promise<void> => {
    const table = clipboardTable(text, htmlTable(html));
    if (table.rows.length === 0) return;
    const block = await pasteBlock(target, selection, table, parts.cutFor(text), parts.mayAdd, parts.newId);
    if (typeof block === 'string') {
      target.model.say(block);
      return;
    }
    const [first] = block.cells;
    const at: Asking = { target, block, writing: null, review: null, done: 0 };
    const asks = block.mark.ask || block.order.ask || block.percent.ask;
    const writing = suggested(block);
    const alone = block.cells.length === 1 && block.newRows.length === 0 && block.cut.length === 0;
    if (first && alone && !asks) {
      // One cell is like typing it: what is no value is held there.
      const locale = conventionsOf(target.model.locale, writing, block);
      await target.model.enterAll([{ ...first, typed: { text: first.text, locale } }], 'Paste');
      parts.onDone(true);
      return;
    }
    if (asks) {
      // Answers may come one by one, so that each is kept.
      const answered = isAnswered(block, writing);
      setAsking({ ...at, writing, done: 0 });
      if (answered) {
        const found = await review(at, writing, 0);
        if (found) setAsking({ ...at, writing, review: found });
      }
      return;
    }
    const found = await review(at, writing, PATIENCE);
    if (!found) return;
    if (found.leftOut.length === 0) finish(at, writing, found, false);
    else setAsking({ ...at, writing, review: found });
  };

  return {
    paste: (selection, text, html) => {
      const target = parts.target();
      start(target, selection, text, html).catch((error: unknown) => fail(target, error));
    },
    dialog: asking && (
      <PasteDialog
        {...asking}
        model={asking.target.model}
        onWriting={(writing) => {
          setAsking({ ...asking, writing, review: null, done: 0 });
          if (!isAnswered(asking.block, writing)) return;
          review(asking, writing, 0).then(
            (found) => found && setAsking({ ...asking, writing, review: found }),
            (error: unknown) => fail(asking.target, error),
          );
        }}
        onTake={(mark) => {
          if (asking.review && asking.writing) finish(asking, asking.writing, asking.review, mark);
        }}
        onCancel={() => {
          stop();
          setAsking(null);
          asking.target.model.say('Nothing was pasted.');
          parts.onDone(false);
        }}
      />
    ),
  };
};
