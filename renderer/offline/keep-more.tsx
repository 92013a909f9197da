import { type ReactNode, useEffect, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { TableSummary } from '../../shared/contract/operations.ts';
import { Button } from '../ui/button.tsx';

export interface KeepMoreProps {
  readonly client: BackendClient;
  readonly known: readonly OfflineSheet[];
  readonly onKeep: (sheet: string) => void;
}

const idOf = ({ source }: TableSummary): string => JSON.stringify([source.schema, source.table]);

/** Chooses a sheet to be kept that was not opened on this machine yet. */
export const KeepMore = ({ client, known, onKeep }: KeepMoreProps): ReactNode => {
  const [tables, setTables] = useState<readonly TableSummary[]>([]);
  const [chosen, setChosen] = useState('');
  useEffect(() => {
    client.call('catalog.tables', {}).then(
      (answer) => setTables(answer.tables),
      () => {},
    );
  }, [client]);
  const kept = new Set(known.map(({ sheet }) => sheet));
  const others = tables.filter((table) => !kept.has(idOf(table)));
  if (others.length === 0) return null;
  return (
    <div className="offline-more">
      <label htmlFor="offline-more">Keep another sheet</label>
      <select
        id="offline-more"
        className="input"
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
      >
        <option value="">Choose…</option>
        {others.map((table) => (
          <option key={idOf(table)} value={idOf(table)}>
            {table.source.schema}.{table.source.table}
          </option>
        ))}
      </select>
      <Button
        isDisabled={chosen === ''}
        onPress={() => {
          onKeep(chosen);
          setChosen('');
        }}
      >
        Keep
      </Button>
    </div>
  );
};
