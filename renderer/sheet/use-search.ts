import { useEffect, useRef, useState } from 'react';
import { AppError } from '../../shared/model/failure.ts';

/** Typing rests this long before the backend is asked. */
const PAUSE_MS = 130;

export interface Searched<T> {
  /** The answer to the newest question; null while it is under way. */
  readonly found: T | null;
  /** Why there is none. */
  readonly message: string;
  /** Forgets the answer, because what it told of has changed. */
  readonly clear: () => void;
}

/** Asks the backend whenever `question` changes, once typing rests; null asks nothing. Answers to older questions are dropped. */
export const useSearch = <T>(ask: () => Promise<T>, question: string | null): Searched<T> => {
  const [found, setFound] = useState<T | null>(null);
  const [message, setMessage] = useState('');
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    setFound(null);
    setMessage('');
    if (question === null) return;
    let wanted = true;
    const timer = setTimeout(() => {
      latest.current().then(
        (answer) => wanted && setFound(answer),
        (error: unknown) => {
          const failure = AppError.wrap(error);
          if (wanted && failure.kind !== 'cancelled') setMessage(failure.message);
        },
      );
    }, PAUSE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [question]);
  return { found, message, clear: () => setFound(null) };
};
