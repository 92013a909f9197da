declare global {
  interface Window {
    /** Ends the watch begun last; answers the longest stretch in milliseconds. */
    longestBlock(): Promise<number>;
  }
}

/**
 * In the page, and complete in itself as it may be sent there: watches how long the window could not answer, as the longest stretch
 * between two turns it gave to work that is as urgent as a key or a click, until `longestBlock` is called. A turn is asked for every
 * other millisecond: asking without a pause would keep a processor busy and be most of what is measured, and a plain timer is held back
 * while other work waits. So a stretch may be told two milliseconds too long.
 */
export const watchBlocks = (): void => {
  const TICK = 2;
  let longest = 0;
  let last = performance.now();
  let on = true;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (on) ask();
  };
  const ask = (): void => void window.scheduler.postTask(turn, { priority: 'user-blocking', delay: TICK });
  ask();
  window.longestBlock = async () => {
    on = false;
    // The last stretch may not have ended in a turn of the watcher's own.
    return Math.max(longest, performance.now() - last);
  };
};
