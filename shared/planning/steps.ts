/** Long work in small steps: whoever has it done may let others go first between two of them. */
export type InSteps<T> = Generator<void, T, void>;

/** Entries that are worked on in one step, less one: `if ((i & A_STEP) === A_STEP) yield`. */
export const A_STEP = 0xff;

/** Does all of the work at once. */
export const finished = <T>(work: InSteps<T>): T => {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
};

/** Entries that are sorted in one step. */
const A_RUN = 512;

/** The entries in the order of `compare`, as `toSorted` has them; equal ones stay as they stood. */
export const sortedInSteps = function* <T>(
  entries: readonly T[],
  compare: (a: T, b: T) => number,
): InSteps<T[]> {
  let sorted: T[] = [];
  for (let at = 0; at < entries.length; at += A_RUN) {
    for (const entry of entries.slice(at, at + A_RUN).sort(compare)) sorted.push(entry);
    yield;
  }
  for (let run = A_RUN; run < sorted.length; run *= 2) {
    const merged: T[] = [];
    for (let at = 0; at < sorted.length; at += 2 * run) {
      let left = at;
      let right = Math.min(at + run, sorted.length);
      const middle = right;
      const end = Math.min(at + 2 * run, sorted.length);
      while (left < middle || right < end) {
        const [a, b] = [sorted[left], sorted[right]] as [T, T];
        const takesLeft = right >= end || (left < middle && compare(a, b) <= 0);
        merged.push(takesLeft ? a : b);
        if (takesLeft) left++;
        else right++;
        if ((merged.length & A_STEP) === A_STEP) yield;
      }
    }
    sorted = merged;
  }
  return sorted;
};
