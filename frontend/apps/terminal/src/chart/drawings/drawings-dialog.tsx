import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { createZone } from "../../market/zone.ts";
import { drawings as texts } from "../../texts/drawings.ts";
import { formatInput, parseNumber } from "../../ticket/parse-number.ts";
import { Dialog } from "../../widgets/dialog.tsx";
import { NumberField } from "../../widgets/number-field.tsx";
import { placeOf, type TimeZone } from "../view/time-zone.ts";
import {
  DRAWINGS_MAX,
  type Drawing,
  type DrawingKind,
  type DrawingPoint,
  KINDS,
  TEXT_MAX,
  WIDTH_MAX,
} from "./drawing.ts";
import { drawingLabel } from "./drawing-label.ts";
import { type DrawingStore, drawingsOf } from "./drawing-store.ts";
import "./drawings.css";
import { chartDrawings, loadedDrawings } from "./drawings-of.ts";
import { withPoint } from "./geometry.ts";

/** The drawings of the active chart as a list: add, edit, lock and delete them without a pointer. */
export default function DrawingsDialog(props: { id: string | undefined }) {
  const app = useApp();
  const store = drawingsOf(app.symbol());
  const [edited, setEdited] = createSignal(props.id ?? null);
  const close = () => app.openDialog(null);
  const title = () => {
    const drawing = store.find(edited());
    return drawing ? drawingLabel(drawing, store.list()) : texts.title(app.symbol());
  };
  return (
    <Dialog title={title()} class="drawings-dialog" onClose={close}>
      <Show
        when={store.find(edited())}
        fallback={<DrawingList store={store} onEdit={setEdited} onSelect={close} />}
      >
        {(drawing) => (
          <DrawingForm
            drawing={drawing()}
            onChange={(changes) => store.put({ ...drawing(), ...changes })}
            onBack={() => setEdited(null)}
            onDone={close}
          />
        )}
      </Show>
    </Dialog>
  );
}

function DrawingList(props: { store: DrawingStore; onEdit(id: string): void; onSelect(): void }) {
  const app = useApp();
  const [kind, setKind] = createSignal<DrawingKind>("trend");
  const ids = () => props.store.list().map(({ id }) => id);
  const add = async () => {
    const added = (await loadedDrawings(app.charts.active())).addInMiddle(kind());
    if (added) props.onEdit(added.id);
  };
  return (
    <>
      <div class="drawing-add">
        <select
          aria-label={texts.addKind}
          onChange={({ currentTarget }) => setKind(currentTarget.value as DrawingKind)}
        >
          <For each={KINDS}>{(each) => <option value={each}>{texts.kinds[each]}</option>}</For>
        </select>
        <button type="button" disabled={props.store.isFull} onClick={() => void add()}>
          {texts.add}
        </button>
      </div>
      <Show when={props.store.isFull}>
        <p class="muted">{texts.full(DRAWINGS_MAX)}</p>
      </Show>
      <ul class="drawing-list">
        <For each={ids()} fallback={<li class="muted">{texts.none}</li>}>
          {(id) => (
            <Show when={props.store.find(id)}>
              {(drawing) => (
                <ListedDrawing
                  drawing={drawing()}
                  store={props.store}
                  onEdit={() => props.onEdit(id)}
                  onSelect={props.onSelect}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
    </>
  );
}

function ListedDrawing(props: {
  drawing: Drawing;
  store: DrawingStore;
  onEdit(): void;
  onSelect(): void;
}) {
  const app = useApp();
  const name = () => drawingLabel(props.drawing, props.store.list());
  const select = () => {
    chartDrawings(app.charts.active())?.reveal(props.drawing);
    props.onSelect();
  };
  return (
    <li>
      <i style={{ background: props.drawing.colour }} />
      <button type="button" class="link" aria-label={texts.select(name())} onClick={select}>
        {name()} <span class="muted">{props.drawing.text}</span>
      </button>
      <button type="button" class="quiet" aria-label={texts.edit(name())} onClick={props.onEdit}>
        ⚙
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={texts.remove(name())}
        onClick={() => props.store.remove(props.drawing.id)}
      >
        ✕
      </button>
    </li>
  );
}

function DrawingForm(props: {
  drawing: Drawing;
  onChange(changes: Partial<Drawing>): void;
  onBack(): void;
  onDone(): void;
}) {
  const app = useApp();
  const [textId, colourId, widthId] = [createUniqueId(), createUniqueId(), createUniqueId()];
  const tick = () => chartDrawings(app.charts.active())?.tick ?? 0.01;
  const zone = createZone(() => chartDrawings(app.charts.active())?.symbol ?? null);
  const setPoint = (index: number, point: Partial<DrawingPoint>) => {
    const was = props.drawing.points[index];
    if (was) props.onChange(withPoint(props.drawing, index, { ...was, ...point }));
  };
  return (
    <form
      class="drawing-form"
      onSubmit={(event) => {
        event.preventDefault();
        props.onDone();
      }}
    >
      <Show when={props.drawing.kind === "text"}>
        <div class="field">
          <label for={textId}>{texts.text}</label>
          <input
            id={textId}
            maxlength={TEXT_MAX}
            value={props.drawing.text}
            onChange={({ currentTarget }) => props.onChange({ text: currentTarget.value })}
          />
        </div>
      </Show>
      <For each={props.drawing.points.map((_, index) => index)}>
        {(index) => (
          <PointFields
            number={index + 1}
            point={props.drawing.points[index] as DrawingPoint}
            tick={tick()}
            zone={zone()}
            hasTime={props.drawing.kind !== "horizontal"}
            hasPrice={props.drawing.kind !== "vertical"}
            onChange={(point) => setPoint(index, point)}
          />
        )}
      </For>
      <div class="field">
        <label for={colourId}>{texts.colour}</label>
        <input
          id={colourId}
          type="color"
          value={props.drawing.colour}
          onChange={({ currentTarget }) => props.onChange({ colour: currentTarget.value })}
        />
      </div>
      <div class="field">
        <label for={widthId}>{texts.width}</label>
        <select
          id={widthId}
          onChange={({ currentTarget }) => props.onChange({ width: Number(currentTarget.value) })}
        >
          <For each={Array.from({ length: WIDTH_MAX }, (_, index) => index + 1)}>
            {(width) => (
              <option value={width} selected={width === props.drawing.width}>
                {texts.pixels(width)}
              </option>
            )}
          </For>
        </select>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={props.drawing.isLocked}
          onChange={({ currentTarget }) => props.onChange({ isLocked: currentTarget.checked })}
        />
        <span>{texts.locked}</span>
      </label>
      <footer>
        <button type="button" onClick={props.onBack}>
          {texts.back}
        </button>
        <button type="submit" class="primary">
          {texts.done}
        </button>
      </footer>
    </form>
  );
}

function PointFields(props: {
  number: number;
  point: DrawingPoint;
  tick: number;
  /** The zone of the chart, in which times are shown and entered. */
  zone: TimeZone;
  hasTime: boolean;
  hasPrice: boolean;
  onChange(point: Partial<DrawingPoint>): void;
}) {
  const id = createUniqueId();
  const [text, setText] = createSignal<string | null>(null);
  const decimals = () => Math.max(0, Math.round(-Math.log10(props.tick)));
  const isInvalid = () => text() !== null && parseNumber(text() ?? "") === null;
  return (
    <>
      <Show when={props.hasTime}>
        <div class="field">
          <label for={id}>{texts.time(props.number, placeOf(props.zone.name))}</label>
          <input
            id={id}
            type="datetime-local"
            step="1"
            value={new Date(props.zone.wall(props.point.time)).toISOString().slice(0, 19)}
            onChange={({ currentTarget }) => {
              const wall = Date.parse(`${currentTarget.value}Z`);
              if (Number.isFinite(wall)) props.onChange({ time: props.zone.instant(wall) });
            }}
          />
        </div>
      </Show>
      <Show when={props.hasPrice}>
        <NumberField
          label={texts.price(props.number)}
          value={text() ?? formatInput(props.point.price, decimals())}
          step={props.tick}
          decimals={decimals()}
          invalid={isInvalid()}
          onInput={(input) => {
            setText(input);
            const price = parseNumber(input);
            if (price !== null) props.onChange({ price });
          }}
        />
      </Show>
    </>
  );
}
