import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { PastDifference, PastScope, RestorePreview } from '../../shared/model/past.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { SheetContext } from '../ui/sheet-context.ts';
import { PastChanges, PastConflicts, pastCountsText } from './past-changes.tsx';

export interface PastDialogProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly scope: PastScope;
  /** What is shown or restored, in words: "Batch 0192…", "Friday, 27 November 2026, 14:00". */
  readonly what: string;
  readonly onClose: () => void;
}

/** What changed since a moment, for reading. */
export const DifferenceDialog = ({
  context,
  client,
  locale,
  scope,
  what,
  onClose,
}: PastDialogProps): ReactNode => {
  const [found, setFound] = useState<PastDifference | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    client
      .call('history.difference', { sheet: context.sheet, scope })
      .then(setFound, (error: unknown) => setFailure(AppError.wrap(error).message));
  }, [client, context.sheet, scope]);
  return (
    <Dialog
      title="Changed since then"
      width="820px"
      onClose={onClose}
      foot={
        <Button look="primary" onPress={onClose}>
          Close
        </Button>
      }
    >
      <p className="quiet">{what}</p>
      {failure ? <p role="alert">{failure}</p> : null}
      {!found && !failure ? <p className="quiet">Comparing then and now…</p> : null}
      {found ? (
        <>
          <p className="past-counts">{pastCountsText(found.counts, locale)}</p>
          <PastChanges changes={found.changes} more={found.moreChanges} context={context} locale={locale} />
        </>
      ) : null}
    </Dialog>
  );
};

export interface RestoreDialogProps extends PastDialogProps {
  readonly onRestored: () => void;
}

/** Shows what a restore would enter and what it leaves, then enters it as edits to be submitted like any others. */
export const RestoreDialog = (props: RestoreDialogProps): ReactNode => {
  const { context, client, locale, scope, what, onClose, onRestored } = props;
  const [preview, setPreview] = useState<RestorePreview | null>(null);
  const [overChanged, setOverChanged] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [entering, setEntering] = useState(false);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn looks again
  useEffect(() => {
    let current = true;
    setPreview(null);
    client.call('restore.preview', { sheet: context.sheet, scope, overChanged }).then(
      (shown) => current && setPreview(shown),
      (error: unknown) => current && setFailure(AppError.wrap(error).message),
    );
    return () => {
      current = false;
    };
  }, [client, context.sheet, scope, overChanged, turn]);
  const enter = async (): Promise<void> => {
    if (!preview) return;
    setEntering(true);
    setFailure(null);
    try {
      const { sha256 } = preview;
      const reason = `Restored: ${what}`.slice(0, 1_000);
      await client.call('restore.enter', { sheet: context.sheet, scope, overChanged, sha256, reason });
      context.say('Restored as edits. Look at them, then submit.');
      onRestored();
    } catch (error) {
      const refused = AppError.wrap(error);
      setFailure(refused.message);
      setEntering(false);
      if (refused.code === 'changed-since-preview') setTurn((n) => n + 1);
    }
  };
  const rows = preview ? preview.counts.changed + preview.counts.broughtBack + preview.counts.takenOut : 0;
  const overrules = scope.kind === 'batch' && (overChanged || (preview?.changedSince ?? 0) > 0);
  return (
    <Dialog
      title="Restore"
      width="820px"
      dismissable={!entering}
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={rows === 0 || entering} onPress={() => void enter()}>
            {preview === null
              ? 'Restore'
              : rows === 0
                ? 'Nothing to restore'
                : `Restore ${rows.toLocaleString(locale.tag)} ${rows === 1 ? 'row' : 'rows'} as edits`}
          </Button>
        </>
      }
    >
      <p className="quiet">{what}</p>
      {failure ? <p role="alert">{failure}</p> : null}
      {!preview && !failure ? <p className="quiet">Comparing then and now…</p> : null}
      {preview ? (
        <>
          <p className="past-counts">{pastCountsText(preview.counts, locale)}</p>
          <PastChanges
            changes={preview.changes}
            more={preview.moreChanges}
            context={context}
            locale={locale}
          />
          {overrules ? (
            <label className="past-overrule">
              <input
                type="checkbox"
                checked={overChanged}
                onChange={(event) => setOverChanged(event.target.checked)}
              />
              Also where it was changed since
            </label>
          ) : null}
          <PastConflicts
            conflicts={preview.conflicts}
            more={preview.moreConflicts}
            context={context}
            locale={locale}
          />
          {rows > 0 ? (
            <p className="quiet">
              The values are entered as edits of yours. Nothing is written before they are submitted; undo
              takes them back in one step.
            </p>
          ) : null}
        </>
      ) : null}
    </Dialog>
  );
};
