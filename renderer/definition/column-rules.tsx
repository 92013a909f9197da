import type { ReactNode } from 'react';
import type { Column, ColumnRule, Severity } from '../../shared/model/sheet.ts';
import { type AddedKind, addedRule, newRule, withRule } from './draft.ts';
import type { FieldProblems } from './draft-problems.ts';
import { FieldError } from './field-error.tsx';

export interface ColumnRulesProps {
  readonly column: Column;
  readonly problems: FieldProblems;
  readonly onChange: (column: Column) => void;
}

const TITLES: Readonly<Record<AddedKind, string>> = {
  required: 'A value is needed',
  list: 'One of a list',
  range: 'Between bounds',
  decimals: 'At most some decimals',
  regex: 'Matches a pattern',
  length: 'Length of the text',
  unique: 'Unique in the sheet',
};

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);
const ORDERED: ReadonlySet<string> = new Set(['decimal', 'integer', 'float', 'date', 'timestamp', 'time']);

/** Rules that make sense for the column's type. */
const kindsFor = ({ type }: Column): readonly AddedKind[] => {
  const kinds: AddedKind[] = ['required', 'list'];
  if (ORDERED.has(type.kind)) kinds.push('range');
  if (NUMERIC.has(type.kind)) kinds.push('decimals');
  if (type.kind === 'text') kinds.push('regex', 'length');
  kinds.push('unique');
  return kinds;
};

/** What the definition asks of a column beyond the warehouse: a box a rule, its values and how hard it is. */
export const ColumnRules = ({ column, problems, onChange }: ColumnRulesProps): ReactNode => (
  <div className="rule-list">
    {kindsFor(column).map((kind) => {
      const rule = addedRule(column, kind);
      const set = (next: ColumnRule | null): void => onChange(withRule(column, kind, next));
      return (
        <div key={kind} className="rule">
          <label className="check">
            <input
              type="checkbox"
              checked={rule !== null}
              onChange={(event) => set(event.target.checked ? newRule(kind) : null)}
            />
            {TITLES[kind]}
          </label>
          {rule ? (
            <div className="rule-detail">
              <RuleFields rule={rule} onChange={set} />
              <select
                className="input"
                aria-label={`When "${TITLES[kind]}" fails`}
                value={rule.severity}
                onChange={(event) => set({ ...rule, severity: event.target.value as Severity })}
              >
                <option value="block">refuse</option>
                <option value="warn">warn</option>
              </select>
            </div>
          ) : null}
          {rule ? (
            <FieldError id={`definition-${column.name}-${kind}-error`} problem={problems.get(kind)} />
          ) : null}
        </div>
      );
    })}
  </div>
);

const RuleFields = ({
  rule,
  onChange,
}: {
  rule: ColumnRule;
  onChange: (rule: ColumnRule) => void;
}): ReactNode => {
  switch (rule.kind) {
    case 'list':
      return (
        <textarea
          className="input"
          aria-label="Values, one a line"
          rows={3}
          placeholder="One value a line"
          value={rule.values.join('\n')}
          onChange={(event) =>
            onChange({ ...rule, values: event.target.value === '' ? [] : event.target.value.split('\n') })
          }
        />
      );
    case 'range':
      return (
        <>
          <Small
            label="Least value"
            value={rule.min ?? ''}
            onChange={(min) => onChange({ ...rule, min: min || undefined })}
          />
          <Small
            label="Greatest value"
            value={rule.max ?? ''}
            onChange={(max) => onChange({ ...rule, max: max || undefined })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={rule.minExclusive && rule.maxExclusive}
              onChange={({ target: { checked } }) =>
                onChange({ ...rule, minExclusive: checked, maxExclusive: checked })
              }
            />
            Bounds left out
          </label>
        </>
      );
    case 'decimals':
      return (
        <Small
          label="Decimals"
          value={String(rule.max)}
          onChange={(text) => onChange({ ...rule, max: whole(text) ?? 0 })}
        />
      );
    case 'regex':
      return (
        <>
          <Small
            label="Pattern"
            value={rule.pattern}
            onChange={(pattern) => onChange({ ...rule, pattern })}
            wide
          />
          <label className="check">
            <input
              type="checkbox"
              checked={rule.ignoreCase}
              onChange={(event) => onChange({ ...rule, ignoreCase: event.target.checked })}
            />
            Any case
          </label>
          <label className="check">
            <input
              type="checkbox"
              checked={rule.negate}
              onChange={(event) => onChange({ ...rule, negate: event.target.checked })}
            />
            Must not match
          </label>
        </>
      );
    case 'length':
      return (
        <>
          <Small
            label="Fewest characters"
            value={String(rule.min ?? '')}
            onChange={(text) => onChange({ ...rule, min: whole(text) })}
          />
          <Small
            label="Most characters"
            value={String(rule.max ?? '')}
            onChange={(text) => onChange({ ...rule, max: whole(text) })}
          />
        </>
      );
    default:
      return null;
  }
};

const whole = (text: string): number | undefined => {
  const digits = text.replace(/\D/g, '').slice(0, 6);
  return digits === '' ? undefined : Number(digits);
};

const Small = ({
  label,
  value,
  onChange,
  wide,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  wide?: boolean;
}): ReactNode => (
  <input
    className={wide ? 'input' : 'input small'}
    aria-label={label}
    placeholder={label}
    value={value}
    spellCheck={false}
    onChange={(event) => onChange(event.target.value)}
  />
);
