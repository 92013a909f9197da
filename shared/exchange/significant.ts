/** Significant digits a spreadsheet program keeps of a number (IEEE 754 double, as Excel documents it). */
const SHEET_DIGITS = 15;

/** Whether a plain decimal text survives a spreadsheet's number cell unchanged; longer ones must travel as text. */
export const fitsSheetNumber = (text: string): boolean =>
  /^-?\d+(\.\d+)?$/.test(text) &&
  text
    .replace(/^-?0*\.?0*/, '')
    .replace('.', '')
    .replace(/^0+/, '').length <= SHEET_DIGITS;

/**
 * A number as a spreadsheet file stores it (the shortest text of a double, possibly with an exponent) as plain decimal
 * text of at most 15 significant digits, which is what the person saw: 0.30000000000000004 is 0.3.
 */
export const fromSheetNumber = (stored: string): string => {
  const value = Number(stored);
  if (!Number.isFinite(value)) return stored;
  const [mantissa = '0', exponentText = '0'] = value.toExponential(SHEET_DIGITS - 1).split('e');
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace('-', '').replace('.', '').replace(/0+$/, '') || '0';
  const point = Number(exponentText) + 1;
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : digits.length <= point
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (digits === '0') return '0';
  return negative ? `-${plain}` : plain;
};
