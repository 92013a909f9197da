/** A date as the person's own clock has it, for "today" in typed dates. */
export const localDay = (now: Date): string => {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(now.getFullYear()).padStart(4, '0')}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};
