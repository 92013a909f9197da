import type { EventOf } from '../shared/contract/operations.ts';
import { type EmbeddedWarehouse, openEmbedded } from './warehouse/embedded/embedded.ts';

type Progress = (event: EventOf<'start.progress'>) => void;

/** The demo warehouse of a data folder: started once, on first use, and told about to everyone who waits for it. */
export interface DemoWarehouse {
  /** `dead` is one that no longer answers: it is started again, unless someone else did so already. */
  open(onProgress: Progress, dead?: EmbeddedWarehouse): Promise<EmbeddedWarehouse>;
  close(): Promise<void>;
}

export const demoWarehouse = (folder: string): DemoWarehouse => {
  let opening: Promise<EmbeddedWarehouse> | null = null;
  const waiting = new Set<Progress>();
  const start = (before: Promise<EmbeddedWarehouse> | null): Promise<EmbeddedWarehouse> => {
    const started = stopped(before).then(() =>
      openEmbedded({
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
        const running = await opening;
        if (running !== dead) return running;
        // Whoever comes first here starts it for all.
        if ((await opening) === dead) opening = start(opening);
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
