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
export const pasteFromMenu = async (paste: (text: string, html: string) => void): Promise<string> => {
  try {
    const items = await navigator.clipboard.read();
    const [text, html] = await Promise.all([textOf(items, 'text/plain'), textOf(items, 'text/html')]);
    if (text === '' && html === '') return 'The clipboard holds no text.';
    paste(text, html);
    return '';
  } catch {
    return 'Press Ctrl+V to paste; this window may not read the clipboard by itself.';
  }
};

const textOf = async (items: readonly ClipboardItem[], type: string): Promise<string> => {
  const item = items.find(({ types }) => types.includes(type));
  return item ? (await item.getType(type)).text() : '';
};
