/** A function that runs once at the end of the turn, however often it is asked for meanwhile. */
export const onceATurn = (run: () => void): (() => void) => {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      run();
    });
  };
};
