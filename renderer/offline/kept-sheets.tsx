import { type ReactNode, useState } from 'react';
import type { OfflineSheet } from '../../shared/contract/offline.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { ageText, sizeText } from './age-text.ts';
import { sliceText } from './slice-conditions.ts';
import { SliceDialog } from './slice-dialog.tsx';

export interface KeptSheetsProps {
  readonly sheets: readonly OfflineSheet[] | null;
  /** A table of more rows is kept only in part. */
  readonly most: number;
  readonly locale: LocaleConventions;
  readonly now: () => Date;
  readonly onOpen: (source: Source) => void;
  readonly onKeep: (sheet: OfflineSheet, kept: boolean, slice: OfflineSheet['slice']) => void;
  readonly onRemove: (sheet: string) => void;
}

/** Sheets that open without the warehouse: their age and size, which are kept up to date, and which rows of them. */
export const KeptSheets = (props: KeptSheetsProps): ReactNode => {
  const { sheets, locale, now, onOpen, onKeep, onRemove } = props;
  const [slicing, setSlicing] = useState<OfflineSheet | null>(null);
  if (!sheets) return <p className="quiet">Reading what is kept…</p>;
  if (sheets.length === 0)
    return (
      <p className="quiet">
        No sheet is kept yet. A sheet is kept when it is opened while the warehouse can be reached.
      </p>
    );
  return (
    <>
      <table className="offline-table">
        <caption className="visually-hidden">Sheets kept on this machine</caption>
        <thead>
          <tr>
            <th scope="col">Sheet</th>
            <th scope="col">As of</th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col" className="number">
              Size
            </th>
            <th scope="col">Kept up to date</th>
            <th scope="col">
              <span className="visually-hidden">What can be done</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sheets.map((sheet) => (
            <tr key={sheet.sheet}>
              <th scope="row">
                {sheet.name}
                <div className="quiet">{sliceText(sheet.slice, sheet.columns, locale)}</div>
              </th>
              <td>
                {sheet.readAt ? ageText(sheet.readAt, now(), locale) : 'not read yet'}
                {sheet.reading ? <div className="quiet">Being read…</div> : null}
                {sheet.failure ? <div className="quiet">{sheet.failure}</div> : null}
              </td>
              <td className="number">{sheet.rows.toLocaleString(locale.tag)}</td>
              <td className="number">{sizeText(sheet.bytes, locale)}</td>
              <td>
                <label>
                  <input
                    type="checkbox"
                    checked={sheet.kept}
                    onChange={(event) => onKeep(sheet, event.target.checked, sheet.slice)}
                  />{' '}
                  Read in the background
                </label>
              </td>
              <td>
                <div className="acts">
                  <Button onPress={() => setSlicing(sheet)}>Choose rows</Button>
                  <Button onPress={() => onOpen(sheet.source)}>Open</Button>
                  <Button aria-label={`Remove ${sheet.name}`} onPress={() => onRemove(sheet.sheet)}>
                    Remove
                  </Button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {slicing ? (
        <SliceDialog
          sheet={slicing}
          most={props.most}
          locale={locale}
          now={now}
          onClose={() => setSlicing(null)}
          onChoose={(slice) => {
            onKeep(slicing, true, slice);
            setSlicing(null);
          }}
        />
      ) : null}
    </>
  );
};
