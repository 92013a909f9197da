/** Names of the messages between preload and main process; the contract itself never passes here. */
export const BACKEND_REQUEST = 'writ:backend-request';
export const BACKEND_PORT = 'writ:backend-port';
export const BACKEND_GONE = 'writ:backend-gone';
export const CHOOSE_FILE = 'writ:choose-file';

/** `kind` of the window message that carries the port from the preload to the page. */
export const PORT_MESSAGE = 'writ-backend-port';
