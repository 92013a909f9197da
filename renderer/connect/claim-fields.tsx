import { type ReactNode, useId, useState } from 'react';
import type { ClaimChoices, OidcSignIn } from '../../shared/model/sign-in.ts';
import { TextField } from './text-field.tsx';

export interface ClaimFieldsProps {
  readonly method: OidcSignIn;
  readonly locked: boolean;
  readonly onChange: (byClaim: ClaimChoices | undefined) => void;
}

const FIRST_CLAIM = 'groups';

/** Which values of a claim propose this connection, and the role to begin with. */
export const ClaimFields = ({ method, locked, onChange }: ClaimFieldsProps): ReactNode => {
  const id = useId();
  const { byClaim } = method;
  const [text, setText] = useState(() => textOf(byClaim));
  const change = (claim: string, typed: string): void => {
    const choices = choicesOf(typed);
    onChange(choices.length === 0 ? undefined : { claim: claim || FIRST_CLAIM, choices });
  };
  if (locked && byClaim === undefined) return null;
  return (
    <details className="claim-fields" open={byClaim !== undefined}>
      <summary>Who it is proposed to, and with which role</summary>
      <TextField
        label="Claim that chooses"
        value={byClaim?.claim ?? FIRST_CLAIM}
        disabled={locked || byClaim === undefined}
        onChange={(claim) => change(claim.trim(), text)}
      />
      <div className="field">
        <label htmlFor={id}>Values and roles</label>
        <textarea
          id={id}
          className="input"
          rows={3}
          value={text}
          disabled={locked}
          spellCheck={false}
          placeholder={'finance-planners = planner\nfinance-readers'}
          aria-describedby={`${id}-about`}
          onChange={(event) => {
            setText(event.target.value);
            change(byClaim?.claim ?? FIRST_CLAIM, event.target.value);
          }}
        />
        <small id={`${id}-about`}>
          One value a line; after “=” the database role to begin with. The first value a person has counts.
          The database decides whether the person may take that role.
        </small>
      </div>
    </details>
  );
};

const textOf = (byClaim: ClaimChoices | undefined): string =>
  (byClaim?.choices ?? []).map(({ value, role }) => (role ? `${value} = ${role}` : value)).join('\n');

/** Lines of `value` or `value = role`; a value may hold "=" itself where blanks stand around the last one. */
const choicesOf = (text: string): ClaimChoices['choices'] =>
  text.split('\n').flatMap((line) => {
    const [, value = '', role = ''] = /^(.*?)(?:\s+=\s*(\S.*)?)?$/.exec(line.trim()) ?? [];
    if (value === '') return [];
    return [role.trim() === '' ? { value } : { value, role: role.trim() }];
  });
