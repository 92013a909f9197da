import type { ReactNode } from 'react';
import type { Column, SheetDefinition } from '../../shared/model/sheet.ts';
import { ColumnRules } from './column-rules.tsx';
import { ruleText } from './draft.ts';
import { columnProblems } from './draft-problems.ts';
import { FieldError } from './field-error.tsx';

export interface ColumnEditorProps {
  readonly definition: SheetDefinition;
  readonly column: Column;
  readonly onChange: (column: Column) => void;
}

const NUMERIC: ReadonlySet<string> = new Set(['decimal', 'integer', 'float']);

/** Everything the definition says about one column; what the warehouse says stands above it, locked. */
export const ColumnEditor = ({ definition, column, onChange }: ColumnEditorProps): ReactNode => {
  const numeric = NUMERIC.has(column.type.kind);
  const locked = column.rules.filter((rule) => rule.origin === 'warehouse');
  const lock = column.readOnlyWhen;
  const problems = columnProblems(column, definition);
  const id = (name: string): string => `definition-${column.name}-${name}`;
  return (
    <div className="column-editor">
      <p className="quiet">
        <code>{column.name}</code> · {column.sqlType}
        {column.lookup ? ` · values of ${column.lookup.source.schema}.${column.lookup.source.table}` : ''}
      </p>
      {locked.length > 0 || column.readOnly ? (
        <section>
          <h3>From the warehouse</h3>
          <ul className="locked-rules">
            {column.readOnly ? <li>{column.readOnly.reason}</li> : null}
            {locked.map((rule, i) => (
              // The warehouse may hold two alike; they never move.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              <li key={i}>{ruleText(rule)}</li>
            ))}
          </ul>
        </section>
      ) : null}
      <section>
        <h3>Shown as</h3>
        <div className="field">
          <label htmlFor={id('label')}>Label</label>
          <input
            id={id('label')}
            aria-invalid={problems.has('label') ? true : undefined}
            aria-describedby={id('label-error')}
            className="input"
            value={column.label}
            onChange={(event) => onChange({ ...column, label: event.target.value })}
          />
          <FieldError id={id('label-error')} problem={problems.get('label')} />
        </div>
        <div className="field">
          <label htmlFor={id('help')}>Help</label>
          <input
            id={id('help')}
            className="input"
            value={column.help ?? ''}
            onChange={(event) => onChange({ ...column, help: event.target.value || undefined })}
          />
        </div>
        <div className="row">
          <label className="check">
            <input
              type="checkbox"
              checked={column.hidden ?? false}
              onChange={(event) => onChange({ ...column, hidden: event.target.checked || undefined })}
            />
            Hidden
          </label>
          <label className="check">
            Width
            <input
              className="input small"
              inputMode="numeric"
              placeholder="automatic"
              value={column.width ?? ''}
              onChange={(event) => {
                const pixels = Number(event.target.value.replace(/\D/g, '').slice(0, 4));
                onChange({ ...column, width: pixels > 0 ? pixels : undefined });
              }}
            />
          </label>
          {numeric ? (
            <>
              <label className="check">
                <input
                  type="checkbox"
                  checked={column.format?.grouping ?? false}
                  onChange={(event) =>
                    onChange({ ...column, format: { ...column.format, grouping: event.target.checked } })
                  }
                />
                Thousands apart
              </label>
              <label className="check">
                Decimals shown
                <input
                  className="input small"
                  value={column.format?.decimals ?? ''}
                  onChange={(event) => {
                    const digits = event.target.value.replace(/\D/g, '').slice(0, 2);
                    onChange({
                      ...column,
                      format: {
                        ...column.format,
                        decimals: digits === '' ? undefined : Math.min(20, Number(digits)),
                      },
                    });
                  }}
                />
              </label>
              <label className="check">
                Negative numbers
                <select
                  className="input"
                  value={column.format?.negative ?? 'minus'}
                  onChange={(event) =>
                    onChange({
                      ...column,
                      format: { ...column.format, negative: event.target.value as 'minus' | 'parentheses' },
                    })
                  }
                >
                  <option value="minus">-1</option>
                  <option value="parentheses">(1)</option>
                </select>
              </label>
            </>
          ) : null}
        </div>
      </section>
      {column.readOnly && column.readOnly.cause !== 'definition' ? null : (
        <>
          <section>
            <h3>Rules of this sheet</h3>
            <ColumnRules column={column} problems={problems} onChange={onChange} />
          </section>
          <section>
            <h3>Entry</h3>
            <label className="check">
              <input
                type="checkbox"
                checked={column.readOnly?.cause === 'definition'}
                onChange={(event) =>
                  onChange({
                    ...column,
                    readOnly: event.target.checked
                      ? { cause: 'definition', reason: 'This sheet does not let this column be changed.' }
                      : undefined,
                  })
                }
              />
              Read-only in this sheet
            </label>
            <div className="field">
              <label htmlFor={id('default')}>Value of a new row</label>
              <input
                id={id('default')}
                aria-invalid={problems.has('default') ? true : undefined}
                aria-describedby={id('default-error')}
                className="input"
                value={column.defaultValue ?? ''}
                onChange={(event) => onChange({ ...column, defaultValue: event.target.value || undefined })}
              />
              <FieldError id={id('default-error')} problem={problems.get('default')} />
            </div>
            {numeric ? (
              <div className="field">
                <label htmlFor={id('reason')}>Ask for a reason when a change is larger than</label>
                <input
                  id={id('reason')}
                  aria-invalid={problems.has('reason') ? true : undefined}
                  aria-describedby={id('reason-error')}
                  className="input"
                  value={column.reasonAbove ?? ''}
                  onChange={(event) =>
                    onChange({ ...column, reasonAbove: event.target.value.trim() || undefined })
                  }
                />
                <FieldError id={id('reason-error')} problem={problems.get('reason')} />
              </div>
            ) : null}
            <div className="field">
              <label htmlFor={id('lock')}>Read-only when</label>
              <input
                id={id('lock')}
                aria-invalid={problems.has('lock') ? true : undefined}
                aria-describedby={id('lock-error')}
                className="input code"
                placeholder={'status == "posted"'}
                value={lock?.expression ?? ''}
                onChange={(event) =>
                  onChange({
                    ...column,
                    readOnlyWhen:
                      event.target.value === ''
                        ? undefined
                        : {
                            expression: event.target.value,
                            reason: lock?.reason ?? 'The condition of this sheet locks the cell.',
                          },
                  })
                }
              />
              <FieldError id={id('lock-error')} problem={problems.get('lock')} />
            </div>
            {lock ? (
              <div className="field">
                <label htmlFor={id('lock-reason')}>Reason shown</label>
                <input
                  id={id('lock-reason')}
                  aria-invalid={problems.has('lock-reason') ? true : undefined}
                  aria-describedby={id('lock-reason-error')}
                  className="input"
                  value={lock.reason}
                  onChange={(event) =>
                    onChange({ ...column, readOnlyWhen: { ...lock, reason: event.target.value } })
                  }
                />
                <FieldError id={id('lock-reason-error')} problem={problems.get('lock-reason')} />
              </div>
            ) : null}
          </section>
        </>
      )}
    </div>
  );
};
