import type { EventOf } from '../shared/contract/operations.ts';
import { type EmbeddedWarehouse, openEmbedded } from './warehouse/embedded/embedded.ts';

type Progress = (event: EventOf<'start.progress'>) => void;

/** The demo warehouse of a data folder: started once, on first use, and told about to everyone who waits for it. */
export interface DemoWarehouse {
  /** `dead` is one that no longer answers: it is started again, unless someone else did so already. */
  open(onProgress: Progress, dead?: EmbeddedWarehouse): Promise<EmbeddedWarehouse>;
  close(): Promise<void>;
}

/** `openServer` is another way to start the server, for tests. */
export const demoWarehouse = (folder: string, openServer = openEmbedded): DemoWarehouse => {
  let opening: Promise<EmbeddedWarehouse> | null = null;
  const waiting = new Set<Progress>();
  const start = (before: Promise<EmbeddedWarehouse> | null): Promise<EmbeddedWarehouse> => {
    const started = stopped(before).then(() =>
      openServer({
        folder,
        onProgress: (stage, message, fraction) => {
          for (const tell of waiting) tell({ stage, message, fraction });
        },
      }),
    );
    // The next attempt starts afresh.
    started.catch(() => {
      if (opening === started) opening = null;
    });
    return started;
  };
  return {
    open: async (onProgress, dead) => {
      waiting.add(onProgress);
      try {
        opening ??= start(null);
        const asked = opening;
        const running = await asked;
        if (running !== dead) return running;
        // Whoever comes first here starts it for all.
        if (opening === asked) opening = start(asked);
        opening ??= start(null);
        return await opening;
      } finally {
        waiting.delete(onProgress);
      }
    },
    close: () => {
      const started = opening;
      opening = null;
      return stopped(started);
    },
  };
};

const stopped = async (started: Promise<EmbeddedWarehouse> | null): Promise<void> => {
  await started?.then((warehouse) => warehouse.stop()).catch(() => {});
};
