/** How a person chooses a file of the machine by its path: in the desktop window a dialog; null where the path has to be typed. */
export const fileChooser = (): (() => Promise<string | null>) | null => {
  const bridge = window.writDesktop;
  return bridge ? () => bridge.chooseFile() : null;
};
