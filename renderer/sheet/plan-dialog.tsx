import { type ReactNode, useMemo, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { type PlanMethod, planValues, spreadScale, totalOf } from './plan-values.ts';
import { useWeights } from './plan-weights.ts';
import { rowLabel } from './row-finding.ts';
import type { SheetModel } from './sheet-model.ts';

/** The cells a planning command works on, in reading order. */
export interface PlanCells {
  readonly cells: readonly { readonly row: SheetRow; readonly column: Column }[];
}

export interface PlanDialogProps extends PlanCells {
  readonly model: SheetModel;
  readonly onClose: () => void;
}

const METHODS: readonly (readonly [PlanMethod, string])[] = [
  ['even', 'Spread a total evenly'],
  ['proportional', 'Spread a total in proportion to the present values'],
  ['like', 'Spread a total like other rows'],
  ['4-4-5', 'Spread a total by 4-4-5 weeks'],
  ['4-5-4', 'Spread a total by 4-5-4 weeks'],
  ['5-4-4', 'Spread a total by 5-4-4 weeks'],
  ['grow', 'Grow by percent'],
  ['copy', 'Copy the first values forward'],
];
const SHOWN = 200;

/** Spreads, grows or copies over the selected cells as one step, previewed; cells can be held, and the cents always add up. */
export const PlanDialog = ({ model, cells, onClose }: PlanDialogProps): ReactNode => {
  const scale = Math.min(...cells.map(({ column }) => spreadScale(column) ?? Number.POSITIVE_INFINITY));
  const values = useMemo(() => cells.map(({ row, column }) => model.value(row, column)), [cells, model]);
  const locked = useMemo(
    () => cells.map(({ row, column }) => model.readOnlyReason(row, column) !== null),
    [cells, model],
  );
  const [method, setMethod] = useState<PlanMethod>('proportional');
  const [amount, setAmount] = useState(() => totalOf(values, scale));
  const [holds, setHolds] = useState<ReadonlySet<number>>(new Set());
  const { from, setFrom, weights } = useWeights(model, cells, method === 'like');
  const [first] = cells;
  const width = useMemo(() => new Set(cells.map(({ column }) => column.name)).size, [cells]);
  const plan = useMemo(() => {
    try {
      const text = amount.trim();
      const read = first ? model.readPlain({ ...first.column, type: { kind: 'decimal' } }, text) : null;
      const plain = method === 'copy' ? '0' : read?.kind === 'value' ? read.value : null;
      if (method === 'like' && typeof weights === 'string') return { failure: weights };
      if (plain === null) return { failure: read?.kind === 'refused' ? read.message : 'Type a number.' };
      return planValues({
        method,
        amount: plain,
        values,
        scale,
        width,
        weights: typeof weights === 'string' ? [] : weights,
        held: cells.map((_, i) => (locked[i] ?? false) || holds.has(i)),
      });
    } catch (error) {
      return { failure: AppError.wrap(error).message };
    }
  }, [amount, method, values, scale, cells, locked, holds, first, model, weights, width]);
  const apply = (): void => {
    if ('failure' in plan) return;
    model.enterAll(
      cells.flatMap(({ row, column }, i) =>
        locked[i] || holds.has(i) || (method === 'grow' && values[i] === null)
          ? []
          : [{ row, column, typed: { text: plan.values[i] ?? '', picked: plan.values[i] ?? null } }],
      ),
      method === 'grow' ? 'Grow' : method === 'copy' ? 'Copy forward' : 'Spread',
    );
    onClose();
  };
  const shown = (value: string | null, column: Column): string => formatValue(value, column, model.locale);
  return (
    <Dialog
      title={`Plan ${cells.length.toLocaleString()} cells`}
      width="640px"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={'failure' in plan} onPress={apply}>
            Apply
          </Button>
        </>
      }
    >
      <div className="plan-fields">
        <select
          className="input"
          aria-label="Method"
          value={method}
          onChange={(event) => {
            const next = event.target.value as PlanMethod;
            setMethod(next);
            if ((next === 'grow') !== (method === 'grow'))
              setAmount(next === 'grow' ? '0' : totalOf(values, scale));
          }}
        >
          {METHODS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {method === 'copy' ? null : (
          <input
            className="input"
            aria-label={method === 'grow' ? 'Percent' : 'Total'}
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        )}
        {method === 'like' ? (
          <label className="plan-like">
            Like the rows from number
            <input
              className="input"
              inputMode="numeric"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          </label>
        ) : null}
      </div>
      {'failure' in plan ? (
        <p role="alert" className="plan-failure">
          {plan.failure}
        </p>
      ) : plan.note ? (
        <p>{plan.note}</p>
      ) : null}
      <div className="plan-scroll">
        <table className="plan-table">
          <thead>
            <tr>
              <th scope="col">Cell</th>
              <th scope="col">Hold</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {cells.slice(0, SHOWN).map(({ row, column }, i) => (
              <tr key={`${row.key} ${column.name}`}>
                <th scope="row">
                  {rowLabel(row.key)}, {column.label}
                </th>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Hold ${rowLabel(row.key)}`}
                    checked={(locked[i] ?? false) || holds.has(i)}
                    disabled={locked[i] ?? false}
                    onChange={(event) => {
                      const next = new Set(holds);
                      if (event.target.checked) next.add(i);
                      else next.delete(i);
                      setHolds(next);
                    }}
                  />
                </td>
                <td className="number">{shown(values[i] ?? null, column)}</td>
                <td className="number">{'failure' in plan ? '' : shown(plan.values[i] ?? null, column)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">
                Sum
                {cells.length > SHOWN ? `, ${(cells.length - SHOWN).toLocaleString()} cells not listed` : ''}
              </th>
              <td />
              <td className="number">{first ? shown(totalOf(values, scale), first.column) : ''}</td>
              <td className="number">
                {first && !('failure' in plan) ? shown(totalOf(plan.values, scale), first.column) : ''}
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
    </Dialog>
  );
};
