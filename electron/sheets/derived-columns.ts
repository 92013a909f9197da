import type { SheetPolicy } from '../../shared/model/review.ts';
import type { SheetDefinition } from '../../shared/model/sheet.ts';

/**
 * The definition with the columns read-only that a policy of approval leaves to triggers of the table: the warehouse refuses
 * a value for them (WR104), so none can be typed.
 */
export const withDerivedColumns = (
  definition: SheetDefinition,
  policy: SheetPolicy | null,
): SheetDefinition => {
  const derived = policy?.policy.mode === 'approval' ? policy.policy.derivedColumns : [];
  if (derived.length === 0) return definition;
  return {
    ...definition,
    columns: definition.columns.map((column) =>
      column.readOnly || !derived.includes(column.name)
        ? column
        : {
            ...column,
            readOnly: {
              cause: 'derived',
              reason: `${column.label} is filled by triggers of the table; under its approval policy nobody else writes it.`,
            },
          },
    ),
  };
};
