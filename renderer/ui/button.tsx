import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'style' | 'children'> {
  readonly look?: 'primary' | 'plain' | 'danger';
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button in the product's look; `onPress` also hears the keyboard and assistive technology. */
export const Button = ({ look, children, ...props }: ButtonProps): ReactNode => (
  <AriaButton {...props} className={look ? `button ${look}` : 'button'}>
    {children}
  </AriaButton>
);
