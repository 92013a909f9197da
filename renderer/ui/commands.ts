import { createContext, useContext, useEffect, useRef } from 'react';

/** Something the person can do now, found by its name with Ctrl+K. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly keys?: string;
  /** Why it cannot be done now. */
  readonly refusal?: string | null;
  run(): void;
}

/** What the parts of the window that are open offer; asked anew whenever the palette opens. */
export class CommandBoard {
  readonly #offers = new Set<() => readonly Command[]>();

  /** The answer withdraws the offer. */
  offer(commands: () => readonly Command[]): () => void {
    this.#offers.add(commands);
    return () => this.#offers.delete(commands);
  }

  all(): readonly Command[] {
    return [...this.#offers].flatMap((commands) => commands());
  }
}

export const Commands = createContext<CommandBoard | null>(null);

/** Offers commands while the component is there. */
export const useCommands = (commands: () => readonly Command[]): void => {
  const board = useContext(Commands);
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => board?.offer(() => latest.current()), [board]);
};
