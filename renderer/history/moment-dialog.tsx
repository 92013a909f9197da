import { getLocalTimeZone, now, type ZonedDateTime } from '@internationalized/date';
import { type ReactNode, useState } from 'react';
import { DateField, DateInput, DateSegment, I18nProvider, Label } from 'react-aria-components';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export interface MomentDialogProps {
  readonly locale: LocaleConventions;
  /** Shows the sheet as of a moment, ISO 8601 in UTC. */
  readonly onChoose: (at: string) => void;
  readonly onClose: () => void;
}

/** Asks for a date and a time, to the second, in the person's own time zone. */
export const MomentDialog = ({ locale, onChoose, onClose }: MomentDialogProps): ReactNode => {
  const zone = getLocalTimeZone();
  const [value, setValue] = useState<ZonedDateTime | null>(() => now(zone).set({ millisecond: 0 }));
  const midnight = { hour: 0, minute: 0, second: 0, millisecond: 0 };
  const quick: readonly { readonly label: string; readonly at: () => ZonedDateTime }[] = [
    { label: '15 minutes ago', at: () => now(zone).subtract({ minutes: 15 }).set({ millisecond: 0 }) },
    { label: '1 hour ago', at: () => now(zone).subtract({ hours: 1 }).set({ millisecond: 0 }) },
    { label: 'Start of today', at: () => now(zone).set(midnight) },
    { label: 'Start of yesterday', at: () => now(zone).subtract({ days: 1 }).set(midnight) },
    { label: 'Start of the month', at: () => now(zone).set({ day: 1, ...midnight }) },
  ];
  const show = (): void => {
    if (value) onChoose(value.toAbsoluteString());
  };
  return (
    <Dialog
      title="The sheet as it was"
      width="460px"
      onClose={onClose}
      foot={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={!value} onPress={show}>
            Show
          </Button>
        </>
      }
    >
      <I18nProvider locale={locale.tag}>
        <DateField
          className="moment-field"
          granularity="second"
          hideTimeZone
          value={value}
          maxValue={now(zone)}
          onChange={setValue}
          autoFocus
          onKeyDown={(event) => event.key === 'Enter' && show()}
        >
          <Label>Date and time ({zone})</Label>
          <DateInput className="moment-input">
            {(segment) => <DateSegment className="moment-segment" segment={segment} />}
          </DateInput>
        </DateField>
      </I18nProvider>
      <fieldset className="moment-quick" aria-label="Often wanted">
        {quick.map(({ label, at }) => (
          <Button key={label} onPress={() => setValue(at())}>
            {label}
          </Button>
        ))}
      </fieldset>
      <p className="quiet">
        The sheet is put together from the table and its audit, as far as your own rights reach. Rows that
        were deleted since are missing where row policies apply.
      </p>
    </Dialog>
  );
};
