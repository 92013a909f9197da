/**
 * Copies or cuts as the keyboard does: once the menu has given the focus back, the grid answers the clipboard's event. `headers` is set
 * while it does, where the columns' labels are wanted.
 */
export const copyAsKeyboard = (how: 'cut' | 'headers' | undefined, headers: { current: boolean }): void => {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      headers.current = how === 'headers';
      document.execCommand(how === 'cut' ? 'cut' : 'copy');
      headers.current = false;
    }),
  );
};

/** Pastes what the clipboard holds; a window that may not read it says which keys do. */
export const pasteFromMenu = async (paste: (text: string) => void): Promise<string> => {
  try {
    const text = await navigator.clipboard.readText();
    if (text === '') return 'The clipboard holds no text.';
    paste(text);
    return '';
  } catch {
    return 'Press Ctrl+V to paste; this window may not read the clipboard by itself.';
  }
};
