import { type ReactNode, useState } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { SheetAge } from '../../shared/contract/offline.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { useBackendEvent } from '../client/subscribe.ts';
import { Banner } from '../ui/banner.tsx';
import { ageText } from './age-text.ts';

export interface AgeNoteProps {
  readonly client: BackendClient;
  readonly source: Source;
  readonly locale: LocaleConventions;
  readonly now: () => Date;
}

/** Over a sheet whose rows come from this machine: how old they are. */
export const AgeNote = ({ client, source, locale, now }: AgeNoteProps): ReactNode => {
  const sheet = JSON.stringify([source.schema, source.table]);
  const [age, setAge] = useState<SheetAge | null>(null);
  useBackendEvent(client, 'sheet.age', (event) => {
    if (event.sheet === sheet) setAge(event.age);
  });
  if (!age) return null;
  return (
    <Banner look="warn">
      As of {ageText(age.at, now(), locale)}, from this machine
      {age.sliced ? '; only the rows chosen to be kept' : ''}. Edits are kept and can be submitted; they are
      sent when the warehouse can be reached.
    </Banner>
  );
};
