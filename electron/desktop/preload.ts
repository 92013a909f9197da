import { contextBridge, ipcRenderer } from 'electron';
import { BACKEND_GONE, BACKEND_PORT, BACKEND_REQUEST, CHOOSE_FILE, PORT_MESSAGE } from './channels.ts';

// The page gets three functions and, as a window message, the port itself; never ipcRenderer.
contextBridge.exposeInMainWorld('writDesktop', {
  requestBackend: () => ipcRenderer.send(BACKEND_REQUEST),
  onBackendGone: (listener: () => void) => {
    ipcRenderer.on(BACKEND_GONE, () => listener());
  },
  chooseFile: (): Promise<string | null> => ipcRenderer.invoke(CHOOSE_FILE),
});

ipcRenderer.on(BACKEND_PORT, (event) => {
  const [port] = event.ports;
  if (port) window.postMessage({ kind: PORT_MESSAGE }, window.location.origin, [port]);
});
