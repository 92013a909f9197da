import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import type { Column } from '../../shared/model/sheet.ts';
import { finished } from '../../shared/planning/steps.ts';
import { formatValue } from '../../shared/values/format.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { AddMonths } from './add-months.tsx';
import type { MissingMonths } from './missing-months.ts';
import { type AddedMonth, takePlan } from './plan-apply.ts';
import { monthsOf, type PlanCell, type PlanStart, planStart, withMonths } from './plan-cells.ts';
import type { PlanMethod, PlanRequest } from './plan-values.ts';
import { useWeights } from './plan-weights.ts';
import { rowLabel } from './row-finding.ts';
import type { Entered } from './sheet-entry.ts';
import type { SheetModel } from './sheet-model.ts';
import { usePlan } from './use-plan.ts';

export interface PlanDialogProps {
  readonly model: SheetModel;
  readonly start: PlanStart;
  /** Months of the line that have no row. */
  readonly missing?: MissingMonths | null | undefined;
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
/** Cells that are listed, and those of them that are there when the dialog opens. */
const SHOWN = 200;
const FIRST = 20;

/** Spreads, grows or copies over the selected cells as one step, previewed; cells can be held, and the cents always add up. */
export const PlanDialog = ({ model, start: given, missing, onClose }: PlanDialogProps): ReactNode => {
  const [adds, setAdds] = useState(false);
  const start = useMemo(
    () => (adds ? finished(planStart(model, withMonths(given.cells, missing))) : given),
    [adds, given, missing, model],
  );
  const { cells, scale, values, locked } = start;
  const added = new Map(missing?.months.map((month) => [month.row.key, month]));
  const listed = useDeferredValue(SHOWN, FIRST);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [taking, setTaking] = useState(false);
  const [method, setMethod] = useState<PlanMethod>('proportional');
  const [amount, setAmount] = useState(given.total);
  const [holds, setHolds] = useState<ReadonlySet<string>>(new Set());
  const { from, setFrom, weights } = useWeights(model, given.cells, method === 'like' && !adds);
  const [first] = cells;
  const width = useMemo(() => new Set(cells.map(({ column }) => column.name)).size, [cells]);
  const held = useMemo(
    () =>
      holds.size === 0
        ? locked
        : cells.map(({ row, column }, i) => (locked[i] ?? false) || holds.has(row.key + column.name)),
    [cells, locked, holds],
  );
  const request = useMemo((): PlanRequest | string => {
    const text = amount.trim();
    const read = first ? model.readPlain({ ...first.column, type: { kind: 'decimal' } }, text) : null;
    const plain = method === 'copy' ? '0' : read?.kind === 'value' ? read.value : null;
    if (method === 'like' && adds)
      return 'New rows cannot follow other rows. Choose another method, or add no rows.';
    if (method === 'like' && typeof weights === 'string') return weights;
    if (plain === null) return read?.kind === 'refused' ? read.message : 'Type a number.';
    return {
      method,
      amount: plain,
      values,
      scale,
      width,
      held,
      weights: typeof weights === 'string' ? [] : weights,
      ...(monthsOf(cells) ?? {}),
    };
  }, [amount, method, values, scale, cells, held, first, model, weights, width, adds]);
  const plan = usePlan(request);
  const planned = plan && !('failure' in plan) ? plan : null;
  const failure = plan && 'failure' in plan ? plan.failure : refusal;
  const apply = async (): Promise<void> => {
    if (!planned) return;
    const changed = function* (): Generator<{ cell: PlanCell; value: string }> {
      for (const [i, cell] of cells.entries()) {
        const value = planned.values[i];
        if (value === undefined || held[i] || (method === 'grow' && values[i] === null)) continue;
        yield { cell, value };
      }
    };
    const entered = function* (): Generator<Entered> {
      for (const { cell, value } of changed())
        if (!added.has(cell.row.key)) yield { ...cell, typed: { text: value, picked: value } };
    };
    const rows: AddedMonth[] = [];
    if (adds)
      for (const { cell, value } of changed()) {
        const month = added.get(cell.row.key);
        if (month) rows.push({ ...month, column: cell.column, value });
      }
    const label = method === 'grow' ? 'Grow' : method === 'copy' ? 'Copy forward' : 'Spread';
    setTaking(true);
    const refused = await takePlan(model, entered(), rows, label);
    setTaking(false);
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
          <Button look="primary" isDisabled={planned === null || taking} onPress={() => void apply()}>
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
            if ((next === 'grow') !== (method === 'grow')) setAmount(next === 'grow' ? '0' : start.total);
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
      {failure !== null ? (
        <p role="alert" className="plan-failure">
          {failure}
        </p>
      ) : plan === null ? (
        <p role="status">Working out {cells.length.toLocaleString(model.locale.tag)} cells…</p>
      ) : planned?.note ? (
        <p>{planned.note}</p>
      ) : null}
      <div className="plan-scroll">
        <table className="plan-table">
          <thead>
            <tr>
              <th scope="col">Cell</th>
              <th scope="col">Hold</th>
              <th scope="col" className="number">
                Before
              </th>
              <th scope="col" className="number">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {cells.slice(0, listed).map(({ row, column }, i) => (
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
                <td className="number">{planned ? shown(planned.values[i] ?? null, column) : ''}</td>
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
              <td className="number">{first ? shown(start.total, first.column) : ''}</td>
              <td className="number">{first && planned ? shown(planned.total, first.column) : ''}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </Dialog>
  );
};
