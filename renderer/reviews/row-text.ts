import { isNewRow, keyValues } from '../../shared/model/rows.ts';

/** A row by the values of its key, as a person would say it. */
export const rowText = (row: string): string => (isNewRow(row) ? 'New row' : keyValues(row).join(' · '));
