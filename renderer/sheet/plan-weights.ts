import { useEffect, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';
import type { PlanCells } from './plan-cells.ts';
import type { SheetModel } from './sheet-model.ts';

type Weights = readonly (string | null)[];

/**
 * Values of the block of the same shape that begins at a row number, for spreading a total like it; a sentence while there are none.
 */
export const useWeights = (
  model: SheetModel,
  cells: PlanCells['cells'],
  wanted: boolean,
): { readonly from: string; setFrom(from: string): void; readonly weights: Weights | string } => {
  const [from, setFrom] = useState('');
  const [weights, setWeights] = useState<Weights | string>('');
  useEffect(() => {
    if (!wanted) return;
    const places = cells.map(({ row }) => row.index);
    const top = places.reduce((least, place) => Math.min(least, place), Number.POSITIVE_INFINITY);
    const height = places.reduce((most, place) => Math.max(most, place), top) - top + 1;
    const start = /^\d{1,9}$/.test(from.trim()) ? Number(from) - 1 : -1;
    if (start < 0) {
      setWeights('Type the number of the first row to follow.');
      return;
    }
    if (start + height > model.rowCount) {
      setWeights(`The view ends at row ${model.rowCount.toLocaleString(model.locale.tag)}.`);
      return;
    }
    let current = true;
    setWeights('Reading the rows to follow…');
    Promise.resolve(model.rows(start, start + height)).then(
      (rows) => {
        if (!current) return;
        setWeights(
          cells.map(({ row, column }) => {
            const like = rows[row.index - top];
            return like ? model.value(like, column) : null;
          }),
        );
      },
      (error: unknown) => current && setWeights(AppError.wrap(error).message),
    );
    return () => {
      current = false;
    };
  }, [model, cells, wanted, from]);
  return { from, setFrom, weights };
};
