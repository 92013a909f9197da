import { Plus, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RowRule, Severity, SheetDefinition } from '../../shared/model/sheet.ts';
import { Button } from '../ui/button.tsx';
import { addedRowRules, withRowRules } from './draft.ts';
import { rowRuleProblems } from './draft-problems.ts';
import { FieldError } from './field-error.tsx';

export interface RowRulesProps {
  readonly definition: SheetDefinition;
  readonly onChange: (definition: SheetDefinition) => void;
}

/** Rules over several columns of a row: an expression that must hold, and what is said when it does not. */
export const RowRules = ({ definition, onChange }: RowRulesProps): ReactNode => {
  const rules = addedRowRules(definition);
  const locked = definition.rules.filter((rule) => rule.origin === 'warehouse');
  const set = (at: number, rule: RowRule | null): void =>
    onChange(
      withRowRules(
        definition,
        rules.flatMap((each, i) => (i === at ? (rule ? [rule] : []) : [each])),
      ),
    );
  const add = (): void =>
    onChange(
      withRowRules(definition, [
        ...rules,
        {
          name: `Rule ${rules.length + 1}`,
          expression: '',
          message: '',
          columns: [],
          severity: 'block',
          origin: 'definition',
        },
      ]),
    );
  return (
    <div className="column-editor">
      <p className="quiet">
        An expression over the columns of a row, for example <code>{'amount <= 1000 || memo != null'}</code>.
        Columns are named as in the table; dates are written <code>date("2026-11-24")</code>. An empty cell
        makes a comparison hold, as in SQL.
      </p>
      {locked.length > 0 ? (
        <section>
          <h3>From the warehouse</h3>
          <ul className="locked-rules">
            {locked.map((rule) => (
              <li key={rule.name}>{rule.message}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {rules.map((rule, i) => {
        const problems = rowRuleProblems(rule, definition);
        const id = (field: string): string => `definition-rule-${i}-${field}`;
        return (
          // A rule being renamed must keep its fields.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <section key={i} className="row-rule">
            <div className="row">
              <input
                className="input"
                aria-label="Name of the rule"
                aria-invalid={problems.has('name') ? true : undefined}
                aria-describedby={id('name')}
                value={rule.name}
                onChange={(event) => set(i, { ...rule, name: event.target.value })}
              />
              <select
                className="input"
                aria-label="When it fails"
                value={rule.severity}
                onChange={(event) => set(i, { ...rule, severity: event.target.value as Severity })}
              >
                <option value="block">refuse</option>
                <option value="warn">warn</option>
              </select>
              <Button look="plain" aria-label={`Remove ${rule.name}`} onPress={() => set(i, null)}>
                <Trash2 size={15} aria-hidden />
              </Button>
            </div>
            <FieldError id={id('name')} problem={problems.get('name')} />
            <div className="field">
              <input
                className="input code"
                aria-label="Expression"
                placeholder="valid_to >= valid_from"
                aria-invalid={problems.has('expression') ? true : undefined}
                aria-describedby={id('expression')}
                spellCheck={false}
                value={rule.expression}
                onChange={(event) => set(i, { ...rule, expression: event.target.value })}
              />
              <FieldError id={id('expression')} problem={problems.get('expression')} />
            </div>
            <div className="field">
              {' '}
              <input
                className="input"
                aria-label="What is said when it fails"
                aria-invalid={problems.has('message') ? true : undefined}
                aria-describedby={id('message')}
                placeholder="What is said when it fails"
                value={rule.message}
                onChange={(event) => set(i, { ...rule, message: event.target.value })}
              />
              <FieldError id={id('message')} problem={problems.get('message')} />
            </div>
          </section>
        );
      })}
      <div>
        <Button onPress={add}>
          <Plus size={15} aria-hidden /> Add a rule
        </Button>
      </div>
    </div>
  );
};
