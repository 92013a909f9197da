import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { BackendClient } from '../shared/contract/client.ts';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import { useBackendEvent } from './client/subscribe.ts';
import { connectBackend } from './client/transport.ts';
import { type Basics, firstSession, loadBasics } from './shell/boot.ts';
import { parseRoute } from './shell/route.ts';
import { StartScreen } from './shell/start-screen.tsx';
import { Workspace } from './workspace.tsx';

type Phase =
  | { readonly kind: 'starting' }
  | { readonly kind: 'failed'; readonly failure: AppError }
  | {
      readonly kind: 'ready';
      readonly client: BackendClient;
      readonly basics: Basics;
      readonly session: Session | null;
    };

/** The whole window: connects, signs the first person in, then hands over to the workspace. */
export const App = (): ReactNode => {
  const [phase, setPhase] = useState<Phase>({ kind: 'starting' });
  const [client, setClient] = useState<BackendClient | null>(null);
  const [basics, setBasics] = useState<Basics | null>(null);
  const [progress, setProgress] = useState<{ message: string; fraction: number | null }>({
    message: 'Starting',
    fraction: null,
  });
  useBackendEvent(client, 'start.progress', setProgress);

  const start = useCallback(async (): Promise<void> => {
    setPhase({ kind: 'starting' });
    try {
      const connected = await connectBackend();
      setClient(connected);
      const known = await loadBasics(connected);
      setBasics(known);
      applyTheme(known.settings.theme);
      applyDensity(known.settings.density);
      const session = await firstSession(connected, known, parseRoute(window.location.hash));
      setPhase({ kind: 'ready', client: connected, basics: known, session });
    } catch (error) {
      setPhase({ kind: 'failed', failure: AppError.wrap(error) });
    }
  }, []);

  useEffect(() => {
    void start();
  }, [start]);

  if (phase.kind === 'ready')
    return <Workspace client={phase.client} basics={phase.basics} first={phase.session} />;
  const toConnections =
    client && basics ? () => setPhase({ kind: 'ready', client, basics, session: null }) : null;
  return (
    <StartScreen
      message={progress.message}
      fraction={progress.fraction}
      failure={phase.kind === 'failed' ? phase.failure : null}
      onRetry={() => void start()}
      onConnections={toConnections}
    />
  );
};

/** `system` leaves the choice to the operating system. */
export const applyTheme = (theme: 'system' | 'light' | 'dark'): void => {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
};

/** How much room rows have, of the grid and of lists; the grid watches the attribute. */
export const applyDensity = (density: 'comfortable' | 'compact'): void => {
  document.documentElement.dataset.density = density;
};
