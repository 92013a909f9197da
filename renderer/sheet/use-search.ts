import { useEffect, useRef, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';

/** Typing rests this long before the backend is asked. */
const PAUSE_MS = 130;

export interface Searched<T> {
  /** The answer to the newest question; null while there is none. */
  readonly found: T | null;
  /** The newest question has not been answered yet. */
  readonly searching: boolean;
  /** Why there is no answer. */
  readonly message: string;
  /** Forgets the answer, because what it told of has changed. */
  readonly clear: () => void;
}

interface Answer<T> {
  readonly question: string | null;
  readonly found: T | null;
  readonly message: string;
}

/**
 * Asks the backend whenever `question` changes, once typing rests; null asks nothing. An answer belongs to its question: from the moment
 * another is asked it is not there any more.
 */
export const useSearch = <T>(ask: () => Promise<T>, question: string | null): Searched<T> => {
  const [last, setLast] = useState<Answer<T>>({ question: null, found: null, message: '' });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (question === null) return;
    let wanted = true;
    const timer = setTimeout(() => {
      latest.current().then(
        (found) => wanted && setLast({ question, found, message: '' }),
        (error: unknown) => {
          const { kind, message } = AppError.wrap(error);
          if (wanted && kind !== 'cancelled') setLast({ question, found: null, message });
        },
      );
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [question]);
  const answered = last.question === question;
  return {
    found: answered ? last.found : null,
    searching: !answered && question !== null,
    message: answered ? last.message : '',
    clear: () => setLast({ question, found: null, message: '' }),
  };
};
