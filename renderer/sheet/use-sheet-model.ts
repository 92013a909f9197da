import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { v7 as uuid } from 'uuid';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { Source } from '../../shared/model/sheet.ts';
import type { LocaleConventions } from '../../shared/values/locale.ts';
import { SheetModel } from './sheet-model.ts';
import { FIRST_SNAPSHOT, type SheetSnapshot } from './sheet-snapshot.ts';
import { useLookAgain } from './use-look-again.ts';

const idle = (): (() => void) => () => undefined;
const first = (): SheetSnapshot => FIRST_SNAPSHOT;

/** The model of one sheet for as long as the screen shows it: opened at once, closed with the screen; null before its first effect. */
export const useSheetModel = (
  client: BackendClient,
  { schema, table }: Source,
  locale: LocaleConventions,
  at?: string,
): { readonly model: SheetModel | null; readonly snapshot: SheetSnapshot } => {
  const [model, setModel] = useState<SheetModel | null>(null);
  const conventions = useRef(locale);
  conventions.current = locale;
  useEffect(() => {
    const opened = new SheetModel({
      client,
      source: { schema, table, at },
      locale: conventions.current,
      now: () => new Date(),
      newId: () => uuid(),
    });
    setModel(opened);
    void opened.open();
    return () => opened.close();
  }, [client, schema, table, at]);
  useEffect(() => model?.setLocale(locale), [model, locale]);
  const snapshot = useSyncExternalStore(model?.subscribe ?? idle, model?.getSnapshot ?? first);
  const { updated, deleted } = snapshot.counts;
  const looks = at === undefined && updated + deleted > 0;
  useLookAgain(client, looks ? (snapshot.opened?.definition.id ?? null) : null);
  return { model, snapshot };
};
