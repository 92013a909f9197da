declare global {
  interface Window {
    /** Ends the watch begun last; answers the longest stretch in milliseconds. */
    longestBlock(): Promise<number>;
  }
}

/**
 * In the page, and complete in itself as it may be sent there: watches how long the window could not answer, as the longest stretch
 * between two turns of the event loop, until `longestBlock` is called. A turn is taken every other millisecond, as one that takes every
 * turn would keep a processor busy and be most of what it measures; so a stretch may be told two milliseconds too long.
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
  };
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    turn();
    if (!on) return;
    // From a message, a timer is not held back as nested ones are.
    setTimeout(() => {
      turn();
      port2.postMessage(null);
    }, TICK);
  };
  port2.postMessage(null);
  window.longestBlock = async () => {
    on = false;
    // The last stretch may not have ended in a turn of the watcher's own.
    return Math.max(longest, performance.now() - last);
  };
};
