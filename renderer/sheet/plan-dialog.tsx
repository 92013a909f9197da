import { type ReactNode, useMemo, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import type { Column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import type { SheetRow } from '../grid/sheet-row.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { AddMonths } from './add-months.tsx';
import type { MissingMonths } from './missing-months.ts';
import { type AddedMonth, takePlan } from './plan-apply.ts';
import { type PlanMethod, planValues, spreadScale, totalOf } from './plan-values.ts';
import { useWeights } from './plan-weights.ts';
import { rowLabel } from './row-finding.ts';
import type { Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';

/** A cell that is planned; `month` is its place in the year, from 0, where that is known. */
export interface PlanCell {
  readonly row: SheetRow;
  readonly column: Column;
  readonly month?: number;
}

/** The cells a planning command works on, in reading order, and the months of their line that have no row. */
export interface PlanCells {
  readonly cells: readonly PlanCell[];
  readonly missing?: MissingMonths | null;
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
export const PlanDialog = ({ model, cells: there, missing, onClose }: PlanDialogProps): ReactNode => {
  const [adds, setAdds] = useState(false);
  const cells = useMemo(() => (adds ? withMonths(there, missing) : there), [adds, there, missing]);
  const added = new Map(missing?.months.map((month) => [month.row.key, month]));
  const [refusal, setRefusal] = useState<string | null>(null);
  const scale = Math.min(...cells.map(({ column }) => spreadScale(column) ?? Number.POSITIVE_INFINITY));
  const values = useMemo(() => cells.map(({ row, column }) => model.value(row, column)), [cells, model]);
  const locked = useMemo(
    () => cells.map(({ row, column }) => model.readOnlyReason(row, column) !== null),
    [cells, model],
  );
  const [method, setMethod] = useState<PlanMethod>('proportional');
  const [amount, setAmount] = useState(() => totalOf(values, scale));
  const [holds, setHolds] = useState<ReadonlySet<string>>(new Set());
  const { from, setFrom, weights } = useWeights(model, there, method === 'like' && !adds);
  const [first] = cells;
  const width = useMemo(() => new Set(cells.map(({ column }) => column.name)).size, [cells]);
  const plan = useMemo(() => {
    try {
      const text = amount.trim();
      const read = first ? model.readPlain({ ...first.column, type: { kind: 'decimal' } }, text) : null;
      const plain = method === 'copy' ? '0' : read?.kind === 'value' ? read.value : null;
      if (method === 'like' && adds)
        return { failure: 'New rows cannot follow other rows. Choose another method, or add no rows.' };
      if (method === 'like' && typeof weights === 'string') return { failure: weights };
      if (plain === null) return { failure: read?.kind === 'refused' ? read.message : 'Type a number.' };
      return planValues({
        method,
        amount: plain,
        values,
        scale,
        width,
        weights: typeof weights === 'string' ? [] : weights,
        ...(monthsOf(cells) ?? {}),
        held: cells.map(({ row, column }, i) => (locked[i] ?? false) || holds.has(row.key + column.name)),
      });
    } catch (error) {
      return { failure: AppError.wrap(error).message };
    }
  }, [amount, method, values, scale, cells, locked, holds, first, model, weights, width, adds]);
  const apply = async (): Promise<void> => {
    if ('failure' in plan) return;
    const entered: Entered[] = [];
    const rows: AddedMonth[] = [];
    cells.forEach(({ row, column }, i) => {
      const value = plan.values[i];
      if (value === undefined || locked[i] || holds.has(row.key + column.name)) return;
      if (method === 'grow' && values[i] === null) return;
      const month = added.get(row.key);
      if (month) rows.push({ ...month, column, value });
      else entered.push({ row, column, typed: { text: value, picked: value } });
    });
    const label = method === 'grow' ? 'Grow' : method === 'copy' ? 'Copy forward' : 'Spread';
    const refused = await takePlan(model, entered, rows, label);
    if (refused === null) onClose();
    else setRefusal(refused);
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
          <Button look="primary" isDisabled={'failure' in plan} onPress={() => void apply()}>
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
      {missing ? <AddMonths missing={missing} adds={adds} onAdds={setAdds} /> : null}
      {'failure' in plan || refusal !== null ? (
        <p role="alert" className="plan-failure">
          {'failure' in plan ? plan.failure : refusal}
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
                  {added.get(row.key)?.month ?? rowLabel(row.key)}, {column.label}
                  {added.has(row.key) ? <em className="plan-new"> new row</em> : null}
                </th>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Hold ${added.get(row.key)?.month ?? rowLabel(row.key)}`}
                    checked={(locked[i] ?? false) || holds.has(row.key + column.name)}
                    disabled={locked[i] ?? false}
                    onChange={(event) => {
                      const next = new Set(holds);
                      if (event.target.checked) next.add(row.key + column.name);
                      else next.delete(row.key + column.name);
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

/** The cells with those of the months to be added, in the order of the year. */
const withMonths = (
  cells: readonly PlanCell[],
  missing: MissingMonths | null | undefined,
): readonly PlanCell[] => {
  const column = cells[0]?.column;
  if (!column || !missing) return cells;
  const added = missing.months.map(({ row, month }) => ({
    row,
    column,
    month: Number(month.slice(5, 7)) - 1,
  }));
  return [...cells, ...added].sort((a, b) => (a.month ?? 0) - (b.month ?? 0));
};

const monthsOf = (cells: readonly PlanCell[]): { months: number[] } | null => {
  const months = cells.flatMap(({ month }) => (month === undefined ? [] : [month]));
  return months.length === cells.length ? { months } : null;
};
