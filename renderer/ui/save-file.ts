import type { SavedFile } from '../../shared/contract/exchange.ts';

/** Hands a file to the person: a download in the browser, the save dialog in the desktop window. */
export const saveFile = ({ fileName, type, bytes }: SavedFile): void => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  link.download = fileName;
  link.click();
  // The download has to have begun before its address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};
