import { useCallback, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { ListedConnections } from '../../shared/contract/connections.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { AppError } from '../../shared/model/failure.ts';
import { saveFile } from '../ui/save-file.ts';

export interface ConnectionList {
  readonly listed: ListedConnections | null;
  /** What the last file or change came to, or why it did not; null when there is nothing to say. */
  readonly said: { readonly look: 'good' | 'bad'; readonly text: string } | null;
  load(): Promise<void>;
  exportAll(): Promise<void>;
  importFile(file: File): Promise<void>;
  restore(id: string): Promise<void>;
  /** Forgets the passwords kept for a connection; null: for all. */
  forgetPasswords(of: Connection | null): Promise<void>;
}

/** The connections as the backend knows them, and what is done with the whole list. */
export const useConnections = (client: BackendClient): ConnectionList => {
  const [listed, setListed] = useState<ListedConnections | null>(null);
  const [said, setSaid] = useState<ConnectionList['said']>(null);
  const load = useCallback(async (): Promise<void> => {
    setListed(await client.call('connections.list', {}));
  }, [client]);
  const doing = async (work: () => Promise<string | null>): Promise<void> => {
    setSaid(null);
    try {
      const text = await work();
      setSaid(text === null ? null : { look: 'good', text });
      await load();
    } catch (error) {
      setSaid({ look: 'bad', text: AppError.wrap(error).message });
    }
  };
  useEffect(() => {
    load().catch((error: unknown) => setSaid({ look: 'bad', text: AppError.wrap(error).message }));
  }, [load]);
  return {
    listed,
    said,
    load,
    exportAll: () =>
      doing(async () => {
        const { fileName, json } = await client.call('connections.export', {});
        saveFile({ fileName, type: 'application/json', bytes: new TextEncoder().encode(json), rows: 0 });
        return null;
      }),
    importFile: (file) =>
      doing(async () => {
        const { added, known } = await client.call('connections.import', { json: await file.text() });
        return importedWords(added.length, known.length);
      }),
    restore: (id) =>
      doing(async () => {
        const { connection } = await client.call('connections.restore', { id });
        return `${connection.name} is back, with the edits that lie on this machine.`;
      }),
    forgetPasswords: (of) =>
      doing(async () => {
        const kept = (listed?.passwords ?? []).filter((each) => of === null || each.connection === of.id);
        for (const each of kept) await client.call('passwords.forget', each);
        return of === null
          ? 'Saved passwords are forgotten. They are asked for at the next sign-in.'
          : `The password of ${of.name} is forgotten. It is asked for at the next sign-in.`;
      }),
  };
};

const importedWords = (added: number, known: number): string => {
  const came = added === 1 ? 'One connection was added' : `${added} connections were added`;
  const there = known === 0 ? '' : ` ${known === 1 ? 'One was' : `${known} were`} there already.`;
  return `${came}.${there}`;
};
