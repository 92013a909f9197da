import { type ReactNode, useState } from 'react';
import type { Column, ValueFormat } from '../../../shared/model/sheet.ts';
import { formatValue } from '../../../shared/values/format.ts';
import type { LocaleConventions } from '../../../shared/values/locale.ts';
import { isNumeric } from '../../grid/columns.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { plainFormat, sampleOf } from './column-format.ts';

interface FormatDialogProps {
  /** With the format in use. */
  readonly column: Column;
  readonly locale: LocaleConventions;
  /** Null goes back to the definition's format. */
  readonly onFormat: (format: ValueFormat | null) => void;
  readonly onClose: () => void;
}

const MOST_DECIMALS = 20;

/** How a person sees the values of one column; what is stored, copied and typed stays as it is. */
export const FormatDialog = ({ column, locale, onFormat, onClose }: FormatDialogProps): ReactNode => {
  const [format, setFormat] = useState<ValueFormat>(column.format ?? {});
  const change = (part: { [K in keyof ValueFormat]: ValueFormat[K] | undefined }): void =>
    setFormat(plainFormat({ ...format, ...part } as ValueFormat));
  return (
    <Dialog
      title={`Format of ${column.label}`}
      width="420px"
      onClose={onClose}
      foot={
        <>
          <Button
            look="plain"
            onPress={() => {
              onFormat(null);
              onClose();
            }}
          >
            As the sheet has it
          </Button>
          <Button
            look="primary"
            onPress={() => {
              onFormat(plainFormat(format));
              onClose();
            }}
          >
            Apply
          </Button>
        </>
      }
    >
      <div className="column-format">
        {isNumeric(column) ? (
          <>
            <label>
              <span>Decimals</span>
              <input
                className="input"
                type="number"
                min={0}
                max={MOST_DECIMALS}
                placeholder="as stored"
                value={format.decimals ?? ''}
                onChange={({ target }) => {
                  const decimals = target.value === '' ? undefined : Math.trunc(Number(target.value));
                  if (decimals === undefined || (decimals >= 0 && decimals <= MOST_DECIMALS))
                    change({ decimals });
                }}
              />
            </label>
            <label>
              <span>Negative numbers</span>
              <select
                className="input"
                value={format.negative ?? 'minus'}
                onChange={({ target }) =>
                  change({ negative: target.value === 'parentheses' ? 'parentheses' : undefined })
                }
              >
                <option value="minus">with a minus sign</option>
                <option value="parentheses">in parentheses</option>
              </select>
            </label>
            <label className="check">
              <input
                type="checkbox"
                checked={format.grouping ?? false}
                onChange={({ target }) => change({ grouping: target.checked })}
              />
              Separate thousands
            </label>
            <label className="check">
              <input
                type="checkbox"
                checked={format.percent ?? false}
                onChange={({ target }) => change({ percent: target.checked })}
              />
              As percent
            </label>
          </>
        ) : (
          <label>
            <span>Dates</span>
            <select
              className="input"
              value={format.dates ?? ''}
              onChange={({ target }) =>
                change({
                  dates: target.value === 'iso' || target.value === 'long' ? target.value : undefined,
                })
              }
            >
              <option value="">as the language writes them</option>
              <option value="iso">year first (ISO 8601)</option>
              <option value="long">with the month's name</option>
            </select>
          </label>
        )}
        <p className="column-format-sample" role="status">
          {formatValue(sampleOf(column), { ...column, format }, locale)}
        </p>
        <p className="quiet">Only for this view and person. Values stay exact, whatever is shown.</p>
      </div>
    </Dialog>
  );
};
