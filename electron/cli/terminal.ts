import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Terminal } from './command.ts';

/** The terminal of this process. A hidden answer is read without echo, and no history is kept. */
export const terminalOf = (process: NodeJS.Process): Terminal => ({
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
  env: process.env,
  ask: async (question, hidden = false) => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    if (hidden) process.stderr.write(question);
    const lines = createInterface({
      input: process.stdin,
      output: hidden ? silent : process.stderr,
      terminal: true,
      historySize: 0,
    });
    try {
      return await lines.question(hidden ? '' : question);
    } finally {
      lines.close();
      if (hidden) process.stderr.write('\n');
    }
  },
  firstLine: async () => {
    const lines = createInterface({ input: process.stdin, historySize: 0 });
    try {
      for await (const line of lines) return line;
      return '';
    } finally {
      lines.close();
    }
  },
});
