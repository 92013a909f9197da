/** One line of a benchmark run; `ratio` is ours over the floor, and smaller is better. */
export interface BenchResult {
  readonly name: string;
  readonly ratio: number;
  readonly target: number;
  readonly ok: boolean;
  readonly detail: string;
}

/** Something that is timed: does its work for a round and answers the milliseconds the work itself took. */
export interface Contender {
  readonly name: string;
  readonly run: (round: number) => Promise<number>;
}

/** Milliseconds by contender, one entry a kept round. */
export type Timings = Readonly<Record<string, readonly number[]>>;

/** Milliseconds of one piece of work. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/**
 * Runs contenders in turns, so that what disturbs the machine disturbs all; the order rotates, and the first round
 * (cold caches, first plans) is dropped.
 */
export const interleave = async (contenders: readonly Contender[], rounds: number): Promise<Timings> => {
  const timings: Record<string, number[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round) % contenders.length];
      const ms = await contender?.run(round);
      if (contender && ms !== undefined && round > 0) timings[contender.name]?.push(ms);
    }
  }
  return timings;
};

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Ours against the floor of the same round: the median of those ratios and the half of them around it. */
export const ratioOf = (
  timings: Timings,
  ours: string,
  floor: string,
): { readonly ratio: number; readonly low: number; readonly high: number } => {
  const ratios = (timings[ours] ?? []).map((ms, i) => ms / (timings[floor]?.[i] ?? Number.NaN));
  return { ratio: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) };
};

const shown = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(3));

/**
 * The verdict on one race. PASS or FAIL by the median ratio; NOISY is added where the middle half of the rounds lies on
 * both sides of the target, so that another run may say otherwise.
 */
export const verdict = (
  name: string,
  target: number,
  timings: Timings,
  contenders: { readonly ours: string; readonly floor: string; readonly peer?: string },
  note = '',
): BenchResult => {
  const { ratio, low, high } = ratioOf(timings, contenders.ours, contenders.floor);
  const ok = ratio <= target;
  const noisy = low <= target !== high <= target;
  const times = [contenders.floor, ...(contenders.peer ? [contenders.peer] : []), contenders.ours]
    .filter((each) => timings[each]?.length)
    .map((each) => `${each} ${shown(median(timings[each] ?? []))} ms`);
  const rounds = timings[contenders.ours]?.length ?? 0;
  const detail = `${ok ? 'PASS' : 'FAIL'}${noisy ? ' NOISY' : ''}: ${times.join(', ')}; ratio ${ratio.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}), ${rounds} rounds${note ? `; ${note}` : ''}`;
  return { name, ratio, target, ok, detail };
};
