import { CircleUser, Keyboard, PanelLeftOpen, Plug, Settings } from 'lucide-react';
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from 'react-aria-components';
import type { DemoPerson, Session } from '../../shared/model/connection.ts';
import { Button } from '../ui/button.tsx';

export interface TopBarProps {
  readonly session: Session;
  readonly people: readonly DemoPerson[];
  /** How the warehouse is reached now. */
  readonly status: ReactNode;
  readonly sidebarHidden: boolean;
  readonly onSidebar: () => void;
  readonly onPerson: (user: string) => void;
  readonly onConnections: () => void;
  /** Works on as another role of the login; null: with its own rights. */
  readonly onRole: (role: string | null) => void;
  readonly onSignOut: () => void;
  readonly onSettings: () => void;
  readonly onHelp: () => void;
}

/** Which warehouse, who is working, and the way to everything that is not a sheet. */
export const TopBar = (props: TopBarProps): ReactNode => {
  const { session, status } = props;
  return (
    <header className="topbar" data-region tabIndex={-1}>
      {props.sidebarHidden ? (
        <Button look="plain" aria-label="Show the list of sheets" onPress={props.onSidebar}>
          <PanelLeftOpen size={16} aria-hidden />
        </Button>
      ) : null}
      <h1 className="wordmark small">Writ</h1>
      <button type="button" className="workspace" onClick={props.onConnections} title="Connections">
        {session.connection.name}
      </button>
      {status}
      <div className="topbar-end">
        <Person {...props} />
        <Button look="plain" aria-label="Connections" onPress={props.onConnections}>
          <Plug size={16} aria-hidden />
        </Button>
        <Button look="plain" aria-label="Keyboard help" onPress={props.onHelp}>
          <Keyboard size={16} aria-hidden />
        </Button>
        <Button look="plain" aria-label="Settings" onPress={props.onSettings}>
          <Settings size={16} aria-hidden />
        </Button>
      </div>
    </header>
  );
};

const OWN = 'own';
const ROLE = 'role:';

/** The role whose rights count; null: the login's own. */
const actingIn = ({ acting }: Session): string | null => (acting && !acting.refused ? acting.role : null);

/** In the demo a menu of its people; elsewhere the database login, and the way out. */
const Person = ({ session, people, onPerson, onConnections, onRole, onSignOut }: TopBarProps): ReactNode => {
  const role = actingIn(session);
  const label = (
    <>
      <CircleUser size={16} aria-hidden />
      <span>{session.person.name}</span>
      {session.person.title ? <small className="quiet">{session.person.title}</small> : null}
      {role === null ? null : <small className="quiet">as {role}</small>}
    </>
  );
  if (session.connection.kind !== 'embedded')
    return (
      <MenuTrigger>
        <AriaButton className="button plain person" aria-label={`Signed in as ${session.person.name}`}>
          {label}
        </AriaButton>
        <Popover className="popover" placement="bottom end">
          <Menu
            aria-label="Sign-in"
            onAction={(key) => {
              if (key === 'out') onSignOut();
              else if (key === 'connections') onConnections();
              else if (key !== (role === null ? OWN : ROLE + role))
                onRole(key === OWN ? null : String(key).slice(ROLE.length));
            }}
          >
            {session.roles.length > 0 ? (
              <MenuSection
                className="menu-section"
                selectionMode="single"
                selectedKeys={[role === null ? OWN : ROLE + role]}
              >
                <Header className="menu-header">Work as</Header>
                <MenuItem id={OWN} className="menu-item" textValue={session.person.user}>
                  <span>{session.person.user}</span>
                  <small>The login’s own rights</small>
                </MenuItem>
                {session.roles.map((each) => (
                  <MenuItem key={each} id={ROLE + each} className="menu-item" textValue={each}>
                    <span>{each}</span>
                  </MenuItem>
                ))}
              </MenuSection>
            ) : null}
            <MenuItem id="connections" className="menu-item" textValue="Connections">
              <span>Work somewhere else</span>
              <small>Connections</small>
            </MenuItem>
            <MenuItem id="out" className="menu-item" textValue="Sign out">
              <span>Sign out</span>
              <small>Edits stay on this machine</small>
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
    );
  return (
    <MenuTrigger>
      <AriaButton
        className="button plain person"
        aria-label={`Working as ${session.person.name}. Change person`}
      >
        {label}
      </AriaButton>
      <Popover className="popover" placement="bottom end">
        <Menu
          aria-label="People of the demo workspace"
          selectionMode="single"
          selectedKeys={[session.person.user]}
          onAction={(key) => onPerson(String(key))}
        >
          {people.map((person) => (
            <MenuItem key={person.user} id={person.user} className="menu-item" textValue={person.name}>
              <strong>{person.name}</strong>
              <small>{person.title}</small>
              <small>{person.about}</small>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
};
