import type { Breath } from './breathe.ts';

const RUN = 4096;

/**
 * Sorts row numbers in place by `compare`, stable, giving other work its turn between runs and while merging: a million
 * rows are sorted without ever holding the process for more than a slice.
 */
export const sortRows = async (
  rows: Uint32Array,
  compare: (a: number, b: number) => number,
  breathe: Breath,
): Promise<void> => {
  for (let at = 0; at < rows.length; at += RUN) {
    rows.subarray(at, Math.min(at + RUN, rows.length)).sort(compare);
    await breathe();
  }
  let from = rows;
  let to = new Uint32Array(rows.length);
  for (let width = RUN; width < rows.length; width *= 2) {
    for (let at = 0; at < rows.length; at += 2 * width) {
      const middle = Math.min(at + width, rows.length);
      const end = Math.min(at + 2 * width, rows.length);
      let left = at;
      let right = middle;
      for (let out = at; out < end; out++) {
        const a = from[left] ?? 0;
        const b = from[right] ?? 0;
        const takeLeft = right >= end || (left < middle && compare(a, b) <= 0);
        to[out] = takeLeft ? a : b;
        if (takeLeft) left++;
        else right++;
        if ((out & 0x3fff) === 0) await breathe();
      }
    }
    [from, to] = [to, from as Uint32Array<ArrayBuffer>];
  }
  if (from !== rows) rows.set(from);
};
