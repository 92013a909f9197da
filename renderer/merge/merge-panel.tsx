import { Download, Undo2, X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { DecidedWhere, DecisionInput } from '../../shared/contract/merge.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { saveFile } from '../ui/save-file.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { counted } from '../ui/value-text.tsx';
import { BulkBar } from './bulk-bar.tsx';
import { ConflictCard } from './conflict-card.tsx';
import { useMerge } from './use-merge.ts';
import './merge.css';

export interface MergePanelProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  /** The person's own day as YYYY-MM-DD. */
  readonly today: string;
  readonly onClose: () => void;
}

/**
 * Rows of pending edits that others changed, side by side, one decision a cell or one for many. Nothing is overwritten until the
 * person says so; every decision is a step that undo takes back.
 */
export const MergePanel = ({ context, client, locale, today, onClose }: MergePanelProps): ReactNode => {
  const { sheet, definition } = context;
  const { state, rows, failure, busy, author, decide, attempt } = useMerge(client, sheet);
  const panel = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  /** Place in the list that takes the focus once the list is drawn anew. */
  const next = useRef<number | null>(0);
  useFocusReturn(() => context.focus());
  const cards = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[data-conflict]') ?? []),
  ];
  const focusCard = (place: number): void => {
    const all = cards();
    (all[Math.min(Math.max(0, place), all.length - 1)] ?? panel.current)?.focus();
  };
  useEffect(() => {
    if (state === null || next.current === null) return;
    focusCard(next.current);
    next.current = null;
  });
  const columnOf = (name: string | undefined) => definition.columns.find((column) => column.name === name);
  const take = async (where: DecidedWhere, decision: DecisionInput): Promise<void> => {
    const at = cards().findIndex((card) => card.contains(document.activeElement));
    const left = await decide(where, decision);
    if (left === null) return;
    next.current = Math.max(0, at);
    context.say(
      left === 0 ? 'Everything is decided.' : `${counted(left, 'row', 'rows', locale)} left to decide.`,
    );
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.defaultPrevented) return;
    if (event.key === 'Escape') {
      onClose();
      return;
    }
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
      event.preventDefault();
      void attempt(() => context.undo());
      return;
    }
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    focusCard(cards().findIndex((card) => card.contains(document.activeElement)) + by);
  };
  const left = state?.rows ?? 0;
  return (
    <aside ref={panel} className="merge" aria-label="Decide" data-region tabIndex={-1} onKeyDown={onKeyDown}>
      <header>
        <h2>Decide</h2>
        <span className="merge-count" role="status">
          {state === null
            ? ''
            : left === 0
              ? 'Everything is decided'
              : counted(left, 'row left', 'rows left', locale)}
        </span>
        <Button
          look="plain"
          aria-label="Undo the last step"
          onPress={() => void attempt(() => context.undo())}
        >
          <Undo2 size={16} aria-hidden />
        </Button>
        <Button
          look="plain"
          aria-label="Save what is undecided as a file"
          isDisabled={left === 0}
          onPress={() => void attempt(async () => saveFile(await client.call('merge.export', { sheet })))}
        >
          <Download size={16} aria-hidden />
        </Button>
        <Button look="plain" aria-label="Close the decisions" onPress={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      {state ? (
        <BulkBar
          state={state}
          locale={locale}
          busy={busy}
          labelOf={(name) => columnOf(name)?.label ?? name}
          onDecide={(where, decision) => void take(where, decision)}
        />
      ) : null}
      {failure ? (
        <p className="merge-failure" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="merge-list" ref={list}>
        {state !== null && left === 0 ? (
          <p className="quiet">Nothing needs a decision. The edits can be submitted.</p>
        ) : null}
        {rows.map(({ row, conflicts }) => (
          <section key={row} aria-label={context.rowLabel(row)}>
            <h3>
              <span>{context.rowLabel(row)}</span>
              {conflicts.some(({ kind }) => kind === 'missing') ? null : (
                <Button look="plain" onPress={() => context.goTo(row, conflicts[0]?.column)}>
                  Show in the sheet
                </Button>
              )}
            </h3>
            {conflicts.map((conflict) => (
              <ConflictCard
                key={`${conflict.kind} ${conflict.column ?? ''}`}
                conflict={conflict}
                column={columnOf(conflict.column)}
                author={author(conflict)}
                locale={locale}
                today={today}
                busy={busy}
                onDecide={(decision) =>
                  void take(
                    { rows: [row], ...(conflict.column === undefined ? {} : { columns: [conflict.column] }) },
                    decision,
                  )
                }
              />
            ))}
          </section>
        ))}
        {left > rows.length ? (
          <p className="quiet">and {counted(left - rows.length, 'more row', 'more rows', locale)}</p>
        ) : null}
      </div>
      <footer className="quiet">
        M mine · T theirs · E type another · N new row · ↑ ↓ move · Ctrl+Z undo
      </footer>
    </aside>
  );
};
