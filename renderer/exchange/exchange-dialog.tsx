import type { ReactNode } from 'react';
import type { BackendClient } from '../../shared/contract/client.ts';
import type { ExchangeRequest } from '../ui/exchange-request.ts';
import type { SheetContext } from '../ui/sheet-context.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ExportDialog } from './export-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import './exchange.css';

export interface ExchangeProps {
  readonly context: SheetContext;
  readonly client: BackendClient;
  readonly onClose: () => void;
}

/** Files in and out of the sheet. */
export const ExchangeDialog = ({
  request,
  ...props
}: ExchangeProps & { readonly request: ExchangeRequest }): ReactNode => {
  useFocusReturn(() => props.context.focus());
  return request.kind === 'import' ? (
    <ImportDialog {...props} dropped={request.file} />
  ) : (
    <ExportDialog {...props} request={request} />
  );
};
