import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { LinkState, OfflineSheet, QueuedBatch } from '../../shared/contract/offline.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { AppError } from '../../shared/model/failure.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Banner } from '../ui/banner.tsx';
import { ageText, sizeText } from './age-text.ts';
import { KeepMore } from './keep-more.tsx';
import { KeptSheets } from './kept-sheets.tsx';
import { Outbox } from './outbox.tsx';
import './offline.css';

export interface OfflineScreenProps {
  readonly client: BackendClient;
  readonly locale: LocaleConventions;
  readonly link: LinkState;
  readonly now: () => Date;
  readonly onOpen: (source: Source) => void;
}

/** What works without the warehouse: batches that wait to be sent, and the sheets kept on this machine. */
export const OfflineScreen = ({ client, locale, link, now, onOpen }: OfflineScreenProps): ReactNode => {
  const [kept, setKept] = useState<OutputOf<'offline.list'> | null>(null);
  const [batches, setBatches] = useState<readonly QueuedBatch[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(async (): Promise<void> => {
    try {
      const [list, outbox] = await Promise.all([
        client.call('offline.list', {}),
        client.call('outbox.list', {}),
      ]);
      setKept(list);
      setBatches(outbox.batches);
    } catch (error) {
      setFailure(AppError.wrap(error).message);
    }
  }, [client]);
  useEffect(() => void load(), [load]);
  useBackendEvent(client, 'offline.changed', () => void load());
  useBackendEvent(client, 'outbox.changed', () => void load());
  const run = (work: Promise<unknown>): void => {
    work.then(
      () => setFailure(null),
      (error: unknown) => setFailure(AppError.wrap(error).message),
    );
  };
  const keep = (sheet: OfflineSheet, wanted: boolean, slice: OfflineSheet['slice']): void =>
    run(client.call('offline.keep', { sheet: sheet.sheet, kept: wanted, slice: [...slice] }));
  return (
    <main className="offline" data-region tabIndex={-1} aria-label="Offline">
      <h1>Offline</h1>
      <p className="quiet">
        {link.state === 'online'
          ? 'The warehouse answers. Sheets opened once stay on this machine, encrypted, and open without it.'
          : `${link.message} Since ${ageText(link.since, now(), locale)}.`}
      </p>
      {failure ? <Banner look="bad">{failure}</Banner> : null}
      {kept?.notices.map((notice) => (
        <Banner key={notice} look="warn">
          {notice}
        </Banner>
      ))}
      <Outbox
        batches={batches}
        locale={locale}
        now={now}
        onCancel={(batch) => run(client.call('outbox.cancel', { batch }))}
        onDismiss={(batch) => run(client.call('outbox.dismiss', { batch }))}
        onOpen={onOpen}
      />
      <h2>On this machine{kept && kept.bytes > 0 ? ` · ${sizeText(kept.bytes, locale)}` : ''}</h2>
      <KeptSheets
        sheets={kept?.sheets ?? null}
        most={kept?.most ?? 0}
        locale={locale}
        now={now}
        onOpen={onOpen}
        onKeep={keep}
        onRemove={(sheet) => run(client.call('offline.remove', { sheet }))}
      />
      {link.state === 'online' && kept ? (
        <KeepMore
          client={client}
          known={kept.sheets}
          onKeep={(sheet) => run(client.call('offline.keep', { sheet, kept: true }))}
        />
      ) : null}
    </main>
  );
};
