import type { Copied } from './range-commands.ts';

/**
 * Puts a copy on the clipboard without a key of the system's, which needs no permission; false where the window may not, as after a long
 * wait. The event a command raises goes to wherever the page's text selection is, so it is answered at the document.
 */
export const writeClipboard = ({ text, html }: Copied): boolean => {
  let written = false;
  const answer = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.clipboardData?.setData('text/html', html);
    event.preventDefault();
    event.stopImmediatePropagation();
    written = true;
  };
  document.addEventListener('copy', answer, true);
  document.execCommand('copy');
  document.removeEventListener('copy', answer, true);
  return written;
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
