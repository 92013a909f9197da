import type { InputOf } from '../../shared/contract/operations.ts';

/** What the person wants with files: to take one in (chosen or dropped already, or to be chosen), or to save one. */
export type ExchangeRequest =
  | { readonly kind: 'import'; readonly file: File | null }
  | {
      readonly kind: 'export';
      readonly format: 'csv' | 'xlsx';
      /** "view", "selection" or "pending changes", for the title. */
      readonly part: string;
      readonly what: InputOf<'exports.sheet'>['what'];
    };
