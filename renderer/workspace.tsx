import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { BackendClient } from '../shared/contract/client.ts';
import type { EventOf, TableSummary } from '../shared/contract/operations.ts';
import type { Session } from '../shared/model/connection.ts';
import { AppError } from '../shared/model/failure.ts';
import type { Source } from '../shared/model/sheet.ts';
import { localeOf } from '../shared/values/locale.ts';
import { applyDensity, applyTheme } from './app.tsx';
import { useBackendEvent } from './client/subscribe.ts';
import { type Asked, ConnectScreen } from './connect/connect-screen.tsx';
import { GovernanceNote } from './governance/governance-note.tsx';
import { AuditBanner } from './history/audit-banner.tsx';
import { LinkStatus } from './offline/link-status.tsx';
import { OfflineScreen } from './offline/offline-screen.tsx';
import { useLink, useUnsent } from './offline/use-link.ts';
import { PeriodsScreen } from './periods/periods-screen.tsx';
import { ReviewsScreen } from './reviews/reviews-screen.tsx';
import { useWaiting } from './reviews/use-waiting.ts';
import { SettingsDialog } from './settings/settings-dialog.tsx';
import { SheetArea } from './sheet-area.tsx';
import { type Basics, DEMO_SHEET } from './shell/boot.ts';
import { JournalRecoveryNote } from './shell/journal-recovery-note.tsx';
import { KeyboardHelp } from './shell/keyboard-help.tsx';
import { QuickOpen } from './shell/quick-open.tsx';
import { focusNextRegion, isWriting } from './shell/regions.ts';
import { formatRoute, parseRoute } from './shell/route.ts';
import { Sidebar, sameSource } from './shell/sidebar.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { SignInAgain } from './sign-in-again.tsx';
import { Banner } from './ui/banner.tsx';
import { CommandBoard, Commands } from './ui/commands.ts';
import { Reached } from './ui/reached.ts';

export interface WorkspaceProps {
  readonly client: BackendClient;
  readonly basics: Basics;
  /** Null: nobody is signed in, the connections are shown first. */
  readonly first: Session | null;
}

/** What stands over the sheet: the batches under review (or one of them), or the periods. */
type Over =
  | { readonly kind: 'reviews'; readonly batch: string | null }
  | { readonly kind: 'periods' | 'offline' };
type Panel = 'settings' | 'help' | 'open' | null;

const systemLocale = (): string => navigator.language || 'en-GB';

/** The window once the backend answers: who is working, on which sheet, and everything around it. */
export const Workspace = ({ client, basics, first }: WorkspaceProps): ReactNode => {
  const [session, setSession] = useState(first);
  /** What somebody has to give before a session opens again. */
  const [asked, setAsked] = useState<Asked | null>(null);
  const [settings, setSettings] = useState(basics.settings);
  const [source, setSource] = useState<Source | null>(() => firstSource(first));
  const [tables, setTables] = useState<readonly TableSummary[] | null>(null);
  const [catalogFailure, setCatalogFailure] = useState<string | null>(null);
  const [connecting, setConnecting] = useState(first === null);
  const [sidebar, setSidebar] = useState(true);
  const [over, setOver] = useState<Over | null>(null);
  const waiting = useWaiting(client, session);
  const [panel, setPanel] = useState<Panel>(null);
  const [board] = useState(() => new CommandBoard());
  useEffect(
    () =>
      board.offer(() => [
        { id: 'settings', label: 'Settings', run: () => setPanel('settings') },
        { id: 'keys', label: 'Keyboard', keys: '?', run: () => setPanel('help') },
        { id: 'reviews', label: 'Reviews', run: () => setOver({ kind: 'reviews', batch: null }) },
        { id: 'periods', label: 'Periods', run: () => setOver({ kind: 'periods' }) },
        { id: 'offline', label: 'Offline', run: () => setOver({ kind: 'offline' }) },
        { id: 'connections', label: 'Connections', run: () => setConnecting(true) },
      ]),
    [board],
  );
  // As they are when the palette opens.
  const offered = useMemo(() => (panel === 'open' ? board.all() : []), [board, panel]);
  const [link, setLink] = useState<EventOf<'session.state'>>({
    state: 'connected',
    message: '',
  });
  const reached = useLink(client, session);
  const down = reached.state !== 'online';
  const unsent = useUnsent(client, session);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const [epoch, setEpoch] = useState(0);
  useBackendEvent(client, 'session.state', (next) => {
    setLink(next);
    // A new line to the backend knows nobody yet: the same person signs in again, and the sheet opens from the journal.
    if (next.state === 'connected' && link.state !== 'connected' && session) void comeBack(session);
  });
  useBackendEvent(client, 'session.acting', (next) => setSession(next.session));
  useBackendEvent(client, 'journal.trouble', ({ message }) => setTrouble(message));

  const loadTables = useCallback(async (): Promise<void> => {
    setCatalogFailure(null);
    try {
      setTables((await client.call('catalog.tables', {})).tables);
    } catch (error) {
      setCatalogFailure(AppError.wrap(error).message);
    }
  }, [client]);

  // Without the warehouse the list says what is on this machine, with it what there is.
  useEffect(() => {
    if (session && down !== undefined) void loadTables();
  }, [session, loadTables, down]);

  useEffect(() => {
    if (!session) return;
    window.history.replaceState(
      null,
      '',
      formatRoute({ connection: session.connection.id, user: session.person.user, source }),
    );
    document.title = source ? `${source.table} – Writ` : 'Writ';
  }, [session, source]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'F6') focusNextRegion(document, event.shiftKey);
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') setPanel('open');
      else if (event.key === '?' && !isWriting(event.target)) setPanel('help');
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const enter = (opened: Session, next: Source | null): void => {
    setSession(opened);
    setOver(null);
    setTables(null);
    setSource(next);
    setConnecting(false);
    setAsked(null);
    setNotice(null);
  };
  /** The same person comes back to the sheet; anybody else chooses one. */
  const sourceFor = (opened: Session): Source | null =>
    session?.connection.id === opened.connection.id && session.person.user === opened.person.user
      ? source
      : null;
  const signOut = async (): Promise<void> => {
    const { revoked } = await client.call('session.signout', {});
    setSession(null);
    setSource(null);
    setConnecting(true);
    if (revoked === false)
      setNotice('Signed out here. The provider could not be told; the sign-in ends there by itself.');
  };
  const act = async (role: string | null): Promise<void> => {
    setNotice(null);
    try {
      setSession((await client.call('session.act', { role })).session);
    } catch (error) {
      setNotice(AppError.wrap(error).message);
    }
  };
  const beDemo = (user: string): void => {
    const demo = basics.connections.find((connection) => connection.kind === 'embedded');
    if (!demo) return;
    const keep = session?.connection.kind === 'embedded' ? source : DEMO_SHEET;
    client.call('session.open', { connection: demo.id, user }).then(
      (opened) => enter(opened, keep),
      (error: unknown) => setNotice(AppError.wrap(error).message),
    );
  };
  const comeBack = async (was: Session): Promise<void> => {
    try {
      const { session: known } = await client.call('session.current', {});
      if (known) return;
      await client.call('session.open', { connection: was.connection.id, user: was.person.user });
      setEpoch((n) => n + 1);
    } catch (error) {
      const failure = AppError.wrap(error);
      if (failure.kind !== 'denied') return setNotice(failure.message);
      setAsked({ connection: { ...was.connection, user: was.person.user }, failure });
      setConnecting(true);
    }
  };
  const open = (next: Source): void => {
    setOver(null);
    setPanel(null);
    setConnecting(false);
    if (!sameSource(next, source)) setSource(next);
  };
  const locale = localeOf(settings.locale ?? systemLocale());

  const connect = (
    <div className="connect-screen">
      {notice ? <Banner look="bad">{notice}</Banner> : null}
      <ConnectScreen
        client={client}
        keychain={basics.info.keychain}
        newId={() => crypto.randomUUID()}
        asked={asked}
        onDemo={beDemo}
        onBack={session ? () => setConnecting(false) : null}
        onEntered={(opened) => enter(opened, sourceFor(opened))}
      />
    </div>
  );
  if (!session) return connect;
  return (
    <Commands value={board}>
      <div className="app">
        <TopBar
          session={session}
          people={basics.people}
          status={
            <LinkStatus
              client={client}
              link={reached}
              session={link}
              waiting={unsent}
              onOpen={() => setOver({ kind: 'offline' })}
            />
          }
          sidebarHidden={!sidebar}
          onSidebar={() => setSidebar(true)}
          onPerson={beDemo}
          onConnections={() => setConnecting(true)}
          onRole={(role) => void act(role)}
          onSignOut={() => void signOut()}
          onSettings={() => setPanel('settings')}
          onHelp={() => setPanel('help')}
        />
        <div className="app-notes">
          {trouble ? <Banner look="bad">{trouble}</Banner> : null}
          <AuditBanner
            key={`audit ${session.connection.id}/${session.person.user}`}
            client={client}
            locale={locale}
          />
          <JournalRecoveryNote session={session} />
          {session.acting?.refused && !connecting ? (
            <Banner look="warn">
              The sign-in proposes the role “{session.acting.role}”, which the database does not let{' '}
              {session.person.user} take. Work goes on with the login’s own rights; ask the administrator of
              the database for that role.
            </Banner>
          ) : null}
          {reached.state === 'signed-out' && !connecting ? (
            <SignInAgain
              client={client}
              session={session}
              message={reached.message}
              onEntered={(opened) => enter(opened, source)}
              onAsked={(next) => {
                setAsked(next);
                setConnecting(true);
              }}
            />
          ) : null}
          {notice && !connecting ? <Banner look="bad">{notice}</Banner> : null}
          {connecting ? null : (
            <GovernanceNote
              key={`${session.connection.id}/${session.person.user}`}
              client={client}
              onInstalled={() => {
                setEpoch((n) => n + 1);
                setSession({ ...session });
              }}
            />
          )}
        </div>
        {sidebar && !connecting ? (
          <Sidebar
            tables={tables}
            failure={catalogFailure}
            current={over ? null : source}
            governance={
              waiting === null
                ? null
                : {
                    shown: over?.kind === 'offline' ? null : (over?.kind ?? null),
                    waiting,
                    onReviews: () => setOver({ kind: 'reviews', batch: null }),
                    onPeriods: () => setOver({ kind: 'periods' }),
                  }
            }
            onOpen={open}
            onCollapse={() => setSidebar(false)}
            onReload={() => void loadTables()}
          />
        ) : null}
        <div className="main">
          {connecting ? connect : null}
          {!connecting && over?.kind === 'periods' ? (
            <PeriodsScreen client={client} locale={locale} now={() => new Date()} />
          ) : null}
          {!connecting && over?.kind === 'offline' ? (
            <OfflineScreen
              client={client}
              locale={locale}
              link={reached}
              now={() => new Date()}
              onOpen={open}
            />
          ) : null}
          {!connecting && over?.kind === 'reviews' ? (
            <ReviewsScreen
              key={over.batch ?? ''}
              client={client}
              locale={locale}
              me={session.person.user}
              first={over.batch}
            />
          ) : null}
          {connecting ? null : source ? (
            <div className="main-area" hidden={over !== null}>
              <Reached value={reached.state}>
                <SheetArea
                  key={`${epoch}/${session.connection.id}/${session.person.user}/${source.schema}/${source.table}`}
                  client={client}
                  session={session}
                  source={source}
                  locale={locale}
                  offline={down}
                  onReviews={(batch) => setOver({ kind: 'reviews', batch: batch ?? null })}
                />
              </Reached>
            </div>
          ) : over ? null : (
            <div className="empty quiet">
              <p>Choose a sheet from the list, or press Ctrl+K.</p>
            </div>
          )}
        </div>
        {panel === 'settings' ? (
          <SettingsDialog
            settings={settings}
            systemLocale={systemLocale()}
            about={`Writ ${basics.info.version}. Data of this machine lies in ${basics.info.dataFolder}.${session.journalKey === 'demo-file' ? ' The demo keeps the key of its journal in a file there; real connections use the keychain or a passphrase.' : ''}`}
            onClose={() => setPanel(null)}
            onChange={(change) => {
              setSettings({ ...settings, ...change });
              if (change.theme) applyTheme(change.theme);
              if (change.density) applyDensity(change.density);
              void client.call('settings.set', change);
            }}
          />
        ) : null}
        {panel === 'help' ? <KeyboardHelp onClose={() => setPanel(null)} /> : null}
        {panel === 'open' ? (
          <QuickOpen tables={tables ?? []} commands={offered} onOpen={open} onClose={() => setPanel(null)} />
        ) : null}
      </div>
    </Commands>
  );
};

/** The sheet of the address when it belongs to this session, else the demo's plan. */
const firstSource = (session: Session | null): Source | null => {
  if (!session) return null;
  const route = parseRoute(window.location.hash);
  if (
    route &&
    route.connection === session.connection.id &&
    route.user === session.person.user &&
    route.source
  )
    return route.source;
  return session.connection.kind === 'embedded' ? DEMO_SHEET : null;
};
