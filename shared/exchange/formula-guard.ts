const RISKY = /^'*[=+\-@\t\r]/;
const GUARDED = /^''*[=+\-@\t\r]/;

/**
 * A text cell as it may be written to a CSV or sheet that a spreadsheet opens: a leading `= + - @`, tab or carriage return
 * would be run as a formula, so an apostrophe goes before it (OWASP, CSV injection). `unguarded` takes exactly that one off again.
 */
export const guarded = (text: string): string => (RISKY.test(text) ? `'${text}` : text);

/** Inverse of `guarded`. */
export const unguarded = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text);
