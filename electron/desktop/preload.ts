import { contextBridge, ipcRenderer } from 'electron';
import { BACKEND_GONE, BACKEND_PORT, BACKEND_REQUEST, PORT_MESSAGE } from './channels.ts';

// The page gets two functions and, as a window message, the port itself; never ipcRenderer.
contextBridge.exposeInMainWorld('writDesktop', {
  requestBackend: () => ipcRenderer.send(BACKEND_REQUEST),
  onBackendGone: (listener: () => void) => {
    ipcRenderer.on(BACKEND_GONE, () => listener());
  },
});

ipcRenderer.on(BACKEND_PORT, (event) => {
  const [port] = event.ports;
  if (port) window.postMessage({ kind: PORT_MESSAGE }, window.location.origin, [port]);
});
