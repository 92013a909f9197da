import type { ReactNode } from 'react';

export interface BannerProps {
  readonly look?: 'good' | 'warn' | 'bad';
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** A line over the work that stays until its cause is gone. Bad ones are announced at once. */
export const Banner = ({ look, children, action }: BannerProps): ReactNode => (
  <div className={look ? `banner ${look}` : 'banner'} role={look === 'bad' ? 'alert' : 'status'}>
    <div>{children}</div>
    {action ? <div className="end">{action}</div> : null}
  </div>
);
