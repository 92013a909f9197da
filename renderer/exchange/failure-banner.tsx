import type { ReactNode } from 'react';
import type { AppError } from '../../shared/model/failure.ts';
import { Banner } from '../ui/banner.tsx';

/** Why something could not be done with the file, over the dialog's content. */
export const FailureBanner = ({ failure }: { readonly failure: AppError }): ReactNode => (
  <Banner look={failure.kind === 'conflict' ? 'warn' : 'bad'}>{failure.message}</Banner>
);
