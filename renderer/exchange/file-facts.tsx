import type { ReactNode } from 'react';
import {
  type Delimiter,
  delimiter,
  type TextEncodingName,
  textEncoding,
} from '../../shared/contract/exchange.ts';
import type { ReadFile } from './import-choice.ts';
import type { ReadOptions } from './use-import.ts';

interface FileFactsProps {
  readonly file: ReadFile;
  readonly onRead: (options: ReadOptions) => void;
}

const DELIMITERS: Readonly<Record<Delimiter, string>> = {
  ',': 'Comma',
  ';': 'Semicolon',
  '\t': 'Tab',
  '|': 'Vertical bar',
};
const ENCODINGS: Readonly<Record<TextEncodingName, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
};

/** What was found about the file as a whole, to be changed where it was found wrongly. */
export const FileFacts = ({ file, onRead }: FileFactsProps): ReactNode => {
  const { encoding, delimiter: cut, worksheet } = file;
  if (file.format === 'xlsx') {
    return (
      <div className="exchange-facts">
        <label>
          Worksheet
          <select
            className="input"
            value={worksheet ?? ''}
            onChange={(event) => onRead({ worksheet: event.target.value })}
          >
            {file.worksheets.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
    );
  }
  const asIs: ReadOptions = {
    ...(encoding ? { encoding } : {}),
    ...(cut ? { delimiter: cut } : {}),
  };
  return (
    <div className="exchange-facts">
      <label>
        Encoding
        <select
          className="input"
          value={encoding ?? ''}
          onChange={(event) => onRead({ ...asIs, encoding: textEncoding.parse(event.target.value) })}
        >
          {textEncoding.options.map((name) => (
            <option key={name} value={name}>
              {ENCODINGS[name]}
            </option>
          ))}
        </select>
      </label>
      <label>
        Cells are separated by
        <select
          className="input"
          value={cut ?? ''}
          onChange={(event) => onRead({ ...asIs, delimiter: delimiter.parse(event.target.value) })}
        >
          {delimiter.options.map((name) => (
            <option key={name} value={name}>
              {DELIMITERS[name]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
};
