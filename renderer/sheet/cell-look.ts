import { whatHappened } from '../../shared/merge/wording.ts';
import type { Conflict, Problem } from '../../shared/model/batch.ts';
import type { Column } from '../../shared/model/sheet.ts';
import type { CellLook } from '../grid/grid-model.ts';
import type { LookupLabel } from './lookup-labels.ts';
import type { RefusedCell } from './overlay.ts';
import type { UnsavedCell } from './unsaved-cells.ts';

// A cell shows one line; a megabyte of text in it would only slow the browser down.
const MOST_SHOWN = 300;

/** What is known about a cell when it is drawn. */
export interface CellFacts {
  readonly column: Column;
  readonly value: string | null;
  readonly rowKind: 'insert' | 'update' | 'delete' | null;
  /** The warehouse's value under a pending change. */
  readonly original: string | null | undefined;
  readonly unsaved: UnsavedCell | undefined;
  readonly refused: RefusedCell | undefined;
  readonly problem: Problem | undefined;
  readonly conflict: Conflict | undefined;
  readonly readOnly: string | null;
  /** A new row's column that was left out, so that the warehouse fills it in. */
  readonly byDefault: boolean;
  readonly commented: boolean;
  /** What a batch under review would make of it. */
  readonly proposed: string | null | undefined;
  /** What a submitted batch does with the row as a whole. */
  readonly submittedKind?: 'insert' | 'update' | 'delete' | null;
  /** It is shown already: its batch waits on this machine. */
  readonly waiting?: boolean;
  readonly lookup: LookupLabel;
  format(value: string): string;
}

const oneLine = (text: string): string => {
  const shown = text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
  return shown.replace(/[\r\n\t]+/g, ' ↵ ');
};

const quoted = (value: string | null): string => (value === null ? 'nothing' : `“${oneLine(value)}”`);

const conflictNote = (conflict: Conflict): string => {
  if (conflict.kind !== 'changed') return `Needs a decision: ${whatHappened(conflict)}`;
  const mine = quoted(conflict.mine ?? null);
  const theirs = quoted(conflict.theirs ?? null);
  return `Needs a decision: the warehouse now holds ${theirs}; entered here is ${mine}.`;
};

/** Marks and notes of a cell, the most pressing first; drawn by the style sheet from `data-mark`. */
export const lookOf = (facts: CellFacts): CellLook => {
  const marks: string[] = [];
  const notes: string[] = [];
  const { refused, unsaved, problem, value, column } = facts;

  if (facts.rowKind === 'delete') {
    marks.push('deleted');
    notes.push('The row will be deleted at the next submit.');
  } else if (facts.rowKind === 'insert') marks.push('new');
  if (refused) {
    marks.push('refused');
    notes.push(`${refused.message}\nNot kept. Edit the cell to correct it.`);
  }
  if (unsaved?.failure) {
    marks.push('failed');
    notes.push(`Not kept yet: ${unsaved.failure}`);
  } else if (unsaved) marks.push('saving');
  if (facts.conflict) {
    marks.push('conflict');
    notes.push(conflictNote(facts.conflict));
  }
  // A new row is not wrong from the start: what it still needs is asked for, not scolded.
  const needed = problem?.code === 'required' && value === null && facts.rowKind === 'insert';
  if (needed) notes.push('A value is needed here before the row can be submitted.');
  else if (problem && !refused) {
    marks.push(problem.severity === 'block' ? 'problem' : 'warn');
    notes.push(problem.message);
  }
  if (facts.original !== undefined) {
    marks.push('pending');
    notes.push(
      `Was ${facts.original === null ? 'empty' : `“${oneLine(facts.format(facts.original))}”`}. Not submitted yet.`,
    );
  }
  if (facts.readOnly !== null && facts.rowKind !== 'delete') {
    marks.push('readonly');
    notes.push(facts.readOnly);
  }
  if (facts.submittedKind === 'delete' || facts.submittedKind === 'insert') {
    const [mark, what] = facts.submittedKind === 'delete' ? ['deleted', 'Deleted'] : ['new', 'New'];
    marks.push(mark, 'submitted');
    notes.push(`${what} in a batch that ${facts.waiting ? 'waits to be sent' : 'waits for approval'}.`);
  }
  if (facts.proposed !== undefined) {
    marks.push('submitted');
    const proposed = facts.proposed === null ? 'nothing' : `“${oneLine(facts.format(facts.proposed))}”`;
    notes.push(facts.waiting ? 'Submitted; waits to be sent.' : `Waits for approval: ${proposed}.`);
  }
  if (facts.commented) {
    marks.push('commented');
    notes.push('There is a comment. Shift+F2 shows it.');
  }
  if (facts.lookup && !facts.lookup.known && value !== null) notes.push(`No entry for ${quoted(value)}.`);

  const note = notes.length > 0 ? notes.join('\n') : null;
  const look = { note, readOnly: facts.readOnly !== null, label: null as string | null };
  if (refused) return { ...look, text: oneLine(refused.text), marks: marks.join(' ') };
  if (value === null) {
    const text = facts.byDefault ? 'default' : needed ? 'needed' : '';
    if (text !== '') marks.push(text);
    return { ...look, text, marks: marks.join(' ') };
  }
  if (value === '') {
    marks.push('empty');
    return { ...look, text: 'empty', marks: marks.join(' ') };
  }
  if (column.type.kind === 'boolean') marks.push(value === 'true' ? 'true' : 'false');
  return {
    ...look,
    text: oneLine(facts.format(value)),
    label: facts.lookup?.label ?? null,
    marks: marks.join(' '),
  };
};
