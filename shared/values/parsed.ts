/** What typed text turned out to be. `note` says how it was read when that is not obvious from the text. */
export type Parsed =
  | { readonly kind: 'value'; readonly value: string | null; readonly note?: string }
  | {
      readonly kind: 'ambiguous';
      readonly options: readonly { readonly value: string; readonly label: string }[];
    }
  | { readonly kind: 'invalid'; readonly message: string };

export const readAs = (value: string | null, note?: string): Parsed =>
  note === undefined ? { kind: 'value', value } : { kind: 'value', value, note };

export const invalid = (message: string): Parsed => ({ kind: 'invalid', message });

/** Text shortened for a message. */
export const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
