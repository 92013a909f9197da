import type { ReactNode } from 'react';
import type { OutputOf } from '../../shared/contract/operations.ts';
import { column } from '../../shared/model/sheet.ts';
import { formatValue } from '../../shared/values/format.ts';
import { localeOf } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export type Settings = OutputOf<'settings.get'>;

export interface SettingsDialogProps {
  readonly settings: Settings;
  readonly systemLocale: string;
  readonly about: string;
  readonly onChange: (change: Partial<Settings>) => void;
  readonly onClose: () => void;
}

const LOCALES: readonly (readonly [string, string])[] = [
  ['en-GB', 'English (United Kingdom)'],
  ['en-US', 'English (United States)'],
  ['de-DE', 'German (Germany)'],
  ['de-CH', 'German (Switzerland)'],
  ['fr-FR', 'French (France)'],
  ['es-ES', 'Spanish (Spain)'],
  ['it-IT', 'Italian (Italy)'],
  ['nl-NL', 'Dutch (Netherlands)'],
  ['pl-PL', 'Polish (Poland)'],
  ['sv-SE', 'Swedish (Sweden)'],
  ['pt-BR', 'Portuguese (Brazil)'],
  ['en-IN', 'English (India)'],
  ['ja-JP', 'Japanese (Japan)'],
];

const AMOUNT = column.parse({
  name: 'a',
  label: 'a',
  sqlType: 'numeric',
  type: { kind: 'decimal' },
  format: { grouping: true },
});
const DAY = column.parse({ name: 'd', label: 'd', sqlType: 'date', type: { kind: 'date' } });

/** How numbers and dates look after this choice. */
const sample = (tag: string): string => {
  const locale = localeOf(tag);
  return `${formatValue('-1234567.89', AMOUNT, locale)}   ${formatValue('2026-11-24', DAY, locale)}`;
};

/** Choices of this person on this machine; each takes effect at once. */
export const SettingsDialog = ({
  settings,
  systemLocale,
  about,
  onChange,
  onClose,
}: SettingsDialogProps): ReactNode => (
  <Dialog
    title="Settings"
    onClose={onClose}
    width="460px"
    foot={
      <Button look="primary" onPress={onClose}>
        Done
      </Button>
    }
  >
    <div className="field">
      <label htmlFor="settings-theme">Theme</label>
      <select
        id="settings-theme"
        className="input"
        value={settings.theme}
        onChange={(event) => onChange({ theme: event.target.value as Settings['theme'] })}
      >
        <option value="system">As the system</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </div>
    <div className="field">
      <label htmlFor="settings-density">Rows</label>
      <select
        id="settings-density"
        className="input"
        value={settings.density}
        onChange={(event) => onChange({ density: event.target.value as Settings['density'] })}
      >
        <option value="compact">Compact</option>
        <option value="comfortable">Comfortable</option>
      </select>
    </div>
    <div className="field">
      <label htmlFor="settings-locale">Numbers and dates</label>
      <select
        id="settings-locale"
        className="input"
        value={settings.locale ?? ''}
        onChange={(event) => onChange({ locale: event.target.value || null })}
      >
        <option value="">As the system ({systemLocale})</option>
        {LOCALES.map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
      <small>{sample(settings.locale ?? systemLocale)}</small>
    </div>
    <p className="quiet">{about}</p>
  </Dialog>
);
