/**
 * How much longer work takes on ten times as much: about 10 where it grows with its input, about 100 where it grows with the
 * square. The least of a few measurements of each size, taken in turns, so that a busy machine does not decide.
 */
export const growth = async (
  small: number,
  work: (size: number) => Promise<number> | number,
  rounds = 3,
): Promise<number> => {
  let few = Number.POSITIVE_INFINITY;
  let many = Number.POSITIVE_INFINITY;
  // The first round of each only warms up.
  for (let round = 0; round <= rounds; round++) {
    if (round === 1) few = many = Number.POSITIVE_INFINITY;
    few = Math.min(few, await work(small));
    many = Math.min(many, await work(small * 10));
  }
  return many / few;
};

/** Milliseconds that work takes. */
export const took = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
