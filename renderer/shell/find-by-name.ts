/** Something with a name that may not be choosable now. */
export interface Named {
  readonly name: string;
  readonly refusal: string | null;
}

/**
 * What has every word of `text` in its name, in any order and case. What cannot be chosen now comes last, so that
 * Enter takes something that can; otherwise the order stays.
 */
export const findByName = <T extends Named>(entries: readonly T[], text: string): readonly T[] => {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({ name }) => {
    const lower = name.toLocaleLowerCase();
    return words.every((word) => lower.includes(word));
  });
  return [
    ...found.filter(({ refusal }) => refusal === null),
    ...found.filter(({ refusal }) => refusal !== null),
  ];
};
