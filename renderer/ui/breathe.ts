/**
 * Lets the window draw and answer before long work goes on; quicker than a timer, which waits at least 4 ms when nested. What became
 * due while the work before it ran, such as a timer, stands in line behind the first message and has its turn before the second.
 */
export const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let turns = 0;
    port1.onmessage = () => {
      if (++turns < 2) {
        port2.postMessage(null);
        return;
      }
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
