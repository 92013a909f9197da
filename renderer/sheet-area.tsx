import { type ReactNode, useContext, useState } from 'react';
import type { BackendClient } from '../shared/contract/client.ts';
import type { Session } from '../shared/model/connection.ts';
import type { Source } from '../shared/model/sheet.ts';
import { localDay } from '../shared/values/local-day.ts';
import type { LocaleConventions } from '../shared/values/locale.ts';
import { CommentsPanel } from './comments/comments-panel.tsx';
import { DefinitionPanel } from './definition/definition-panel.tsx';
import { ExchangeDialog } from './exchange/exchange-dialog.tsx';
import { HistoryPanel } from './history/history-panel.tsx';
import { MomentBar } from './history/moment-bar.tsx';
import { MergePanel } from './merge/merge-panel.tsx';
import { AgeNote } from './offline/age-note.tsx';
import { PolicyDialog } from './policy/policy-dialog.tsx';
import { SubmitDialog } from './review/submit-dialog.tsx';
import { SheetScreen } from './sheet/sheet-screen.tsx';
import { Commands } from './ui/commands.ts';
import type { ExchangeRequest } from './ui/exchange-request.ts';
import type { SheetContext } from './ui/sheet-context.ts';

export interface SheetAreaProps {
  readonly client: BackendClient;
  readonly session: Session;
  readonly source: Source;
  readonly locale: LocaleConventions;
  /** The warehouse cannot be reached. */
  readonly offline: boolean;
  /** Shows the batches under review, or one of them. */
  readonly onReviews: (batch?: string) => void;
}

type Beside =
  | { readonly kind: 'submit'; readonly context: SheetContext }
  | { readonly kind: 'merge'; readonly context: SheetContext }
  | {
      readonly kind: 'history';
      readonly context: SheetContext;
      readonly row?: string;
      readonly column?: string;
    }
  | {
      readonly kind: 'comments';
      readonly context: SheetContext;
      readonly row: string;
      readonly column: string;
    }
  | { readonly kind: 'policy'; readonly context: SheetContext }
  | { readonly kind: 'definition'; readonly context: SheetContext }
  | { readonly kind: 'exchange'; readonly context: SheetContext; readonly request: ExchangeRequest };

/** The sheet as it was at a moment, over the sheet of now. */
interface Past {
  readonly at: string;
  readonly context: SheetContext;
}

const nothing = (): void => undefined;

/** A sheet with what can be opened over or beside it; features meet here and nowhere else. */
export const SheetArea = ({
  client,
  session,
  source,
  locale,
  offline,
  onReviews,
}: SheetAreaProps): ReactNode => {
  const [beside, setBeside] = useState<Beside | null>(null);
  const [past, setPast] = useState<Past | null>(null);
  const board = useContext(Commands);
  const close = (): void => setBeside(null);
  const toNow = (): void => {
    setPast(null);
    setBeside(null);
    requestAnimationFrame(() => past?.context.focus());
  };
  /** Over the past, what is done is done to the sheet of now; where to look is the past's own. */
  const overNow = (shown: SheetContext): SheetContext =>
    past ? { ...past.context, goTo: shown.goTo, focus: shown.focus } : shown;
  return (
    <>
      {past ? (
        <main className="main-sheet past" data-region tabIndex={-1} aria-label="Sheet as it was">
          <MomentBar
            context={past.context}
            client={client}
            locale={locale}
            at={past.at}
            onMoment={(at) => setPast({ ...past, at })}
            onNow={toNow}
          />
          <SheetScreen
            key={past.at}
            source={source}
            at={past.at}
            client={client}
            session={session}
            locale={locale}
            onSubmit={nothing}
            onHistory={(context, row, column) =>
              setBeside({ kind: 'history', context: overNow(context), row, column })
            }
            onComment={(context, row, column) =>
              setBeside({ kind: 'comments', context: overNow(context), row, column })
            }
            onDefinition={nothing}
            onPolicy={nothing}
            onReviews={() => onReviews()}
            onDecide={nothing}
            onExchange={(context, request) => setBeside({ kind: 'exchange', context, request })}
          />
        </main>
      ) : null}
      {/* The sheet of now goes on behind the past, but offers nothing meanwhile. */}
      <Commands value={past ? null : board}>
        <main className="main-sheet" hidden={past !== null} data-region tabIndex={-1} aria-label="Sheet">
          <AgeNote client={client} source={source} locale={locale} now={() => new Date()} />
          <SheetScreen
            source={source}
            client={client}
            session={session}
            locale={locale}
            onSubmit={(context) => setBeside({ kind: 'submit', context })}
            onHistory={(context, row, column) => setBeside({ kind: 'history', context, row, column })}
            onComment={(context, row, column) => setBeside({ kind: 'comments', context, row, column })}
            onDefinition={(context) => setBeside({ kind: 'definition', context })}
            onPolicy={(context) => setBeside({ kind: 'policy', context })}
            onReviews={() => onReviews()}
            onDecide={(context) => setBeside({ kind: 'merge', context })}
            onExchange={(context, request) => setBeside({ kind: 'exchange', context, request })}
          />
        </main>
      </Commands>
      {beside?.kind === 'history' ? (
        <HistoryPanel
          key={`${beside.row ?? ''} ${beside.column ?? ''}`}
          context={beside.context}
          client={client}
          locale={locale}
          audited={beside.context.capabilities.governance !== 'absent'}
          row={beside.row}
          column={beside.column}
          onMoment={(at) => setPast({ at, context: past?.context ?? beside.context })}
          onRestored={toNow}
          onClose={close}
        />
      ) : null}
      {beside?.kind === 'merge' ? (
        <MergePanel
          context={beside.context}
          client={client}
          locale={locale}
          today={localDay(new Date())}
          onClose={close}
        />
      ) : null}
      {beside?.kind === 'comments' ? (
        <CommentsPanel
          key={`${beside.row} ${beside.column}`}
          context={beside.context}
          client={client}
          locale={locale}
          row={beside.row}
          column={beside.column}
          onClose={close}
        />
      ) : null}
      {beside?.kind === 'definition' ? (
        <DefinitionPanel context={beside.context} client={client} onClose={close} />
      ) : null}
      {beside?.kind === 'exchange' ? (
        <ExchangeDialog context={beside.context} request={beside.request} client={client} onClose={close} />
      ) : null}
      {beside?.kind === 'policy' ? (
        <PolicyDialog context={beside.context} client={client} onClose={close} />
      ) : null}
      {beside?.kind === 'submit' ? (
        <SubmitDialog
          context={beside.context}
          client={client}
          locale={locale}
          governance={governanceLabel(beside.context, session)}
          offline={offline}
          onReviews={onReviews}
          onDecide={() => setBeside({ kind: 'merge', context: beside.context })}
          onClose={close}
        />
      ) : null}
    </>
  );
};

/** What this database does with a batch, said before it is sent. */
const governanceLabel = ({ capabilities, policy }: SheetContext, { person }: Session): string => {
  if (capabilities.governance === 'absent')
    return `Written directly as ${person.user}. No audit: governance is not installed on this database.`;
  if (policy?.governed === false)
    return `Written directly as ${person.user}. No audit: this table is not governed.`;
  if (policy?.policy.mode === 'approval')
    return `Another person approves it first; then it is written as ${person.user}.`;
  return `Written directly as ${person.user}; the database records the audit.`;
};
