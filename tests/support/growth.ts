const ROUNDS = 3;
/** On a busy machine both sizes are measured this many times before the longer one is believed. */
const MOST_ROUNDS = 15;
/** Well above growth with the input (10), well below growth with its square (100). */
const SUSPECT = 25;

/**
 * How much longer work takes on ten times as much: about 10 where it grows with its input, about 100 where it grows with the
 * square. The least of a few measurements of each size, taken in turns; of more where they look like the square, since a busy
 * machine only ever adds.
 */
export const growth = async (
  small: number,
  work: (size: number) => Promise<number> | number,
): Promise<number> => {
  // Each is run once to warm up.
  await work(small);
  await work(small * 10);
  let few = Number.POSITIVE_INFINITY;
  let many = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ROUNDS && (round < ROUNDS || many / few > SUSPECT); round++) {
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
