import { type ReactNode, type Ref, useEffect, useId, useRef } from 'react';
import { Button } from '../ui/button.tsx';

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly narrow?: boolean;
  readonly optional?: boolean;
  readonly disabled?: boolean;
  readonly help?: string;
  readonly error?: string | null;
  /** Lets the person choose a file, whose path becomes the value. */
  readonly choose?: (() => Promise<string | null>) | null;
}

/** A line of text with its label, help and error. */
export const TextField = (props: TextFieldProps): ReactNode => {
  const id = useId();
  const { label, value, onChange, choose, error } = props;
  const input = (
    <input
      id={id}
      className="input"
      type="text"
      value={value}
      required={!props.optional}
      disabled={props.disabled}
      placeholder={props.placeholder}
      aria-invalid={error ? true : undefined}
      aria-describedby={`${id}-about`}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.target.value)}
    />
  );
  return (
    <div className={props.narrow ? 'field narrow' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {choose && !props.disabled ? (
        <div className="file-field">
          {input}
          <Button
            aria-label={`Choose a file: ${label}`}
            onPress={() => void choose().then((path) => path === null || onChange(path))}
          >
            Choose…
          </Button>
        </div>
      ) : (
        input
      )}
      <FieldNotes id={id} help={props.help} error={error} />
    </div>
  );
};

export interface SecretFieldProps {
  readonly label: string;
  /** The secret is read from here when it is used; it is never part of the window's state. */
  readonly field: Ref<HTMLInputElement | null>;
  readonly help?: string | undefined;
  readonly error?: string | null;
  readonly disabled?: boolean;
}

/** A secret to type. What is typed stays in the field alone. */
export const SecretField = ({ label, field, help, error, disabled }: SecretFieldProps): ReactNode => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={field}
        className="input"
        type="password"
        disabled={disabled}
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-about`}
        autoComplete="off"
        spellCheck={false}
      />
      <FieldNotes id={id} help={help} error={error} />
    </div>
  );
};

const FieldNotes = ({
  id,
  help,
  error,
}: {
  readonly id: string;
  readonly help: string | undefined;
  readonly error: string | null | undefined;
}): ReactNode => {
  const place = useRef<HTMLDivElement>(null);
  // In a long form the reason may lie below what is in sight.
  useEffect(() => {
    if (error) place.current?.scrollIntoView({ block: 'center' });
  }, [error]);
  return (
    <div id={`${id}-about`} className="field-notes" ref={place}>
      {error ? (
        <span className="error" role="alert">
          {error}
        </span>
      ) : null}
      {help ? <small>{help}</small> : null}
    </div>
  );
};
