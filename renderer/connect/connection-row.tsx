import { Copy, Ellipsis, Gauge, KeyRound, Lock, Pencil, Trash2, UserCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import type { ListedConnections } from '../../shared/contract/connections.ts';
import type { Connection } from '../../shared/model/connection.ts';
import { placeOf, safetyOf } from './connection-words.ts';

export interface ConnectionRowProps {
  readonly connection: Connection;
  /** The administrator provides it. */
  readonly managed: boolean;
  /** What the last sign-in proposed here. */
  readonly proposed: ListedConnections['proposed'][string] | undefined;
  /** The person may have connections of their own. */
  readonly mayOwn: boolean;
  readonly onOpen: () => void;
  readonly onEdit: () => void;
  readonly onTest: () => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
  /** A password is kept for it. */
  readonly keepsPassword: boolean;
  readonly onForget: () => void;
}

/** A saved connection: opened by its name, with everything else in a menu. */
export const ConnectionRow = (props: ConnectionRowProps): ReactNode => {
  const { connection, managed, proposed } = props;
  const run: Readonly<Record<string, () => void>> = {
    test: props.onTest,
    edit: props.onEdit,
    duplicate: props.onDuplicate,
    forget: props.onForget,
    remove: props.onRemove,
  };
  return (
    <li>
      <button type="button" className="connection" onClick={props.onOpen}>
        <strong>{connection.name}</strong>
        <span className="quiet">{placeOf(connection)}</span>
        <small className="quiet">{safetyOf(connection)}</small>
      </button>
      {proposed ? (
        <span
          className="badge good"
          title={`The provider names ${proposed.user} in "${proposed.value}", which this connection is meant for. What may be done here the database decides.`}
        >
          <UserCheck size={12} aria-hidden />{' '}
          {proposed.role === null ? 'For you' : `For you as ${proposed.role}`}
        </span>
      ) : null}
      {managed ? (
        <span
          className="badge"
          title="The administrator of this machine provides it; it cannot be changed here."
        >
          <Lock size={12} aria-hidden /> Provided
        </span>
      ) : null}
      <MenuTrigger>
        <AriaButton className="button plain" aria-label={`More for ${connection.name}`}>
          <Ellipsis size={16} aria-hidden />
        </AriaButton>
        <Popover className="popover" placement="bottom end">
          <Menu aria-label={connection.name} onAction={(key) => run[String(key)]?.()}>
            <Item id="test" icon={<Gauge size={15} aria-hidden />} text="Test" />
            <Item id="edit" icon={<Pencil size={15} aria-hidden />} text={managed ? 'Sign in as…' : 'Edit'} />
            {props.mayOwn ? (
              <Item id="duplicate" icon={<Copy size={15} aria-hidden />} text="Duplicate" />
            ) : null}
            {props.keepsPassword ? (
              <Item id="forget" icon={<KeyRound size={15} aria-hidden />} text="Forget the saved password" />
            ) : null}
            {managed ? null : <Item id="remove" icon={<Trash2 size={15} aria-hidden />} text="Remove" />}
          </Menu>
        </Popover>
      </MenuTrigger>
    </li>
  );
};

const Item = ({
  id,
  icon,
  text,
}: {
  readonly id: string;
  readonly icon: ReactNode;
  readonly text: string;
}): ReactNode => (
  <MenuItem id={id} className="menu-item with-icon" textValue={text}>
    {icon}
    <span>{text}</span>
  </MenuItem>
);
