import { type ReactNode, useState } from 'react';
import type { DecidedWhere, DecisionInput } from '../../shared/contract/merge.ts';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { kindLabel, waysOut } from '../../shared/merge/wording.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';

export interface BulkBarProps {
  readonly state: OutputOf<'merge.state'>;
  readonly locale: LocaleConventions;
  readonly busy: boolean;
  readonly labelOf: (column: string) => string;
  readonly onDecide: (where: DecidedWhere, decision: DecisionInput) => void;
}

interface Scope {
  readonly id: string;
  readonly label: string;
  readonly where: DecidedWhere;
}

/** One decision for many cells: all, those of a column, or those of a kind. Cells that do not allow it stay. */
export const BulkBar = ({ state, locale, busy, labelOf, onDecide }: BulkBarProps): ReactNode => {
  const [chosen, setChosen] = useState('all');
  const many = (n: number): string => n.toLocaleString(locale.tag);
  const scopes: readonly Scope[] = [
    { id: 'all', label: `All rows (${many(state.rows)})`, where: {} },
    ...state.columns.map(({ column, cells }) => ({
      id: `column ${column}`,
      label: `In ${labelOf(column)} (${many(cells)})`,
      where: { columns: [column] },
    })),
    ...(state.kinds.length > 1 ? state.kinds : []).map(({ kind, cells }) => ({
      id: `kind ${kind}`,
      label: `${kindLabel[kind]} (${many(cells)})`,
      where: { kinds: [kind] },
    })),
  ];
  const scope = scopes.find(({ id }) => id === chosen) ?? scopes[0];
  if (!scope || state.rows === 0) return null;
  const kinds = scope.where.kinds ?? state.kinds.map(({ kind }) => kind);
  const mayKeep = kinds.some((kind) => waysOut({ row: '', kind, mine: '' }).includes('mine'));
  return (
    <fieldset className="merge-bulk" aria-label="Decide many at once">
      <select
        className="input"
        aria-label="For"
        value={scope.id}
        onChange={(event) => setChosen(event.target.value)}
      >
        {scopes.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </select>
      <Button isDisabled={busy || !mayKeep} onPress={() => onDecide(scope.where, { kind: 'mine' })}>
        Keep mine for all
      </Button>
      <Button isDisabled={busy} onPress={() => onDecide(scope.where, { kind: 'theirs' })}>
        Take theirs for all
      </Button>
    </fieldset>
  );
};
