import { Eye, EyeOff, GripVertical, Pin, PinOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import {
  Button as AriaButton,
  Dialog,
  GridList,
  GridListItem,
  Heading,
  Popover,
  useDragAndDrop,
} from 'react-aria-components';
import type { ColumnLayer } from '../../grid/column-layer.ts';
import { Button } from '../../ui/button.tsx';
import type { SheetModel } from '../sheet-model.ts';

interface ColumnsPanelProps {
  readonly model: SheetModel;
  readonly columns: ColumnLayer;
  readonly anchor: HTMLElement;
  readonly onClose: () => void;
}

/** All columns of the sheet: which are shown, in which order, which stay at the left. */
export const ColumnsPanel = ({ model, columns, anchor, onClose }: ColumnsPanelProps): ReactNode => {
  const [text, setText] = useState('');
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const items = columns.standing.flatMap(({ name, frozen }) => {
    const column = model.layout.column(name);
    const searched = `${column?.label ?? ''} ${name}`.toLocaleLowerCase();
    return column && words.every((word) => searched.includes(word))
      ? [{ id: name, label: column.label, frozen, hidden: columns.isHidden(name) }]
      : [];
  });
  const hidden = items.filter((item) => item.hidden).length;
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (keys) => [...keys].map((key) => ({ 'text/plain': String(key) })),
    onReorder: ({ keys, target }) =>
      columns.move(
        [...keys].map(String),
        String(target.key),
        target.dropPosition === 'before' ? 'before' : 'after',
      ),
  });
  return (
    <Popover
      isOpen
      triggerRef={{ current: anchor }}
      placement="bottom end"
      onOpenChange={(open) => !open && onClose()}
      className="sheet-filter sheet-columns"
    >
      <Dialog>
        <Heading slot="title">Columns</Heading>
        <input
          type="search"
          autoFocus
          aria-label="Find a column"
          placeholder="Find a column"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <GridList
          aria-label="Columns, in the order they are shown"
          items={items}
          dragAndDropHooks={dragAndDropHooks}
          renderEmptyState={() => <p className="quiet">No column has this name.</p>}
        >
          {(item) => (
            <GridListItem
              textValue={item.label}
              className="sheet-columns-item"
              data-hidden={item.hidden || undefined}
            >
              <AriaButton slot="drag" aria-label={`Move ${item.label}`}>
                <GripVertical size={14} aria-hidden="true" />
              </AriaButton>
              <span>{item.label}</span>
              <button
                type="button"
                aria-label={`${item.frozen ? 'Unpin' : 'Pin'} ${item.label}`}
                aria-pressed={item.frozen}
                onClick={() => columns.freeze(item.id, !item.frozen)}
              >
                {item.frozen ? <PinOff size={14} aria-hidden="true" /> : <Pin size={14} aria-hidden="true" />}
              </button>
              <button
                type="button"
                aria-label={`${item.hidden ? 'Show' : 'Hide'} ${item.label}`}
                aria-pressed={!item.hidden}
                disabled={columns.hideRefusal(item.id) !== null}
                onClick={() => columns.show([item.id], item.hidden)}
              >
                {item.hidden ? <EyeOff size={14} aria-hidden="true" /> : <Eye size={14} aria-hidden="true" />}
              </button>
            </GridListItem>
          )}
        </GridList>
        <div className="sheet-filter-actions">
          <Button
            look="plain"
            isDisabled={hidden === 0}
            onPress={() =>
              columns.show(
                items.map(({ id }) => id),
                true,
              )
            }
          >
            Show all
          </Button>
          <Button
            look="plain"
            onPress={() => {
              columns.reset();
              model.say('The columns are as the sheet has them.');
            }}
          >
            Reset
          </Button>
          <Button onPress={onClose}>Close</Button>
        </div>
      </Dialog>
    </Popover>
  );
};
