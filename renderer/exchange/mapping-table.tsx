import type { ReactNode } from 'react';
import type { Column } from '../../shared/model/sheet.ts';
import { type Choice, type ReadFile, withMapping } from './import-choice.ts';

interface MappingTableProps {
  readonly file: ReadFile;
  readonly choice: Choice;
  readonly columns: readonly Column[];
  readonly onChoose: (choice: Choice) => void;
}

const SHOWN = 6;

/** The first lines of the file under the sheet's columns they go to. */
export const MappingTable = ({ file, choice, columns, onChoose }: MappingTableProps): ReactNode => {
  const mapped = choice.mapping.filter((name) => name !== null).length;
  return (
    <div className="exchange-preview">
      <p id="exchange-mapping">
        {mapped} of {file.columns.length} columns of the file go to the sheet.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled table must be reachable from the keyboard */}
      <section className="exchange-scroll" tabIndex={0} aria-labelledby="exchange-mapping">
        <table className="exchange-table">
          <thead>
            <tr>
              <th scope="col">Line</th>
              {file.columns.map(({ header }, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file have no other name that is theirs alone
                <th key={i} scope="col">
                  <span>{header === '' ? `Column ${i + 1}` : header}</span>
                  <select
                    className="input"
                    aria-label={`"${header === '' ? `Column ${i + 1}` : header}" goes to`}
                    value={choice.mapping[i] ?? ''}
                    onChange={(event) => onChoose(withMapping(choice, i, event.target.value || null))}
                  >
                    <option value="">Leave out</option>
                    {columns.map(({ name, label }) => (
                      <option key={name} value={name}>
                        {label}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {file.preview.slice(0, SHOWN).map(({ line, cells }) => (
              <tr key={line}>
                <th scope="row">{line}</th>
                {cells.map((cell, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={i} className={choice.mapping[i] ? '' : 'left-out'}>
                    {cell === null ? '' : cell.slice(0, 80)}
                  </td>
                ))}
              </tr>
            ))}
            {file.lines === 0 ? (
              <tr>
                <td colSpan={file.columns.length + 1}>The file has no lines below its header.</td>
              </tr>
            ) : null}
          </tbody>
        </table>
      </section>
    </div>
  );
};
