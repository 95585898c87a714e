/** Free places as radio buttons, the first one on top and then by day. */

import { useId } from "preact/hooks";

import type { Schemas } from "../api/client";
import { isoDay, longDay, time, weekday } from "../words/dates";
import { mode } from "../words/terms";

/** The id of the place that stands on top. */
export const FIRST = "plek-1";

export type Slot = Schemas["SlotAnswer"];

export function Places({
  slots,
  chosen,
  onChoose,
  more,
  first,
  firstOne,
}: {
  slots: Slot[];
  chosen: Slot | null;
  onChoose: (slot: Slot) => void;
  more: (() => void) | null;
  first: string;
  firstOne: Slot | null;
}) {
  const name = useId();
  if (!slots.length || !firstOne) return <p role="status">Er zijn geen vrije plekken. Kies een andere manier, of laat het gesprek wachten op een plek.</p>;
  const days = new Map<string, Slot[]>();
  for (const one of slots) {
    if (one.id === firstOne.id) continue;
    const key = isoDay(one.startsAt);
    days.set(key, [...(days.get(key) ?? []), one]);
  }
  const radio = (one: Slot, text: string) => (
    <label class="choice" key={one.id}>
      <input type="radio" name={name} id={one.id === firstOne?.id ? FIRST : undefined} checked={chosen?.id === one.id} onChange={() => onChoose(one)} />
      <span>
        {text}, {mode[one.mode]}, met {one.adviser.name}
      </span>
    </label>
  );
  return (
    <div class="case-places" role="group" aria-label="Vrije plekken">
      <fieldset class="field">
        <legend>{first}</legend>
        <div class="choices down">{radio(firstOne, `${weekday(firstOne.startsAt)}, ${time(firstOne.startsAt)} uur`)}</div>
      </fieldset>
      {[...days].map(([key, ones]) => (
        <fieldset class="field" key={key}>
          <legend>{longDay(ones[0]?.startsAt ?? key)}</legend>
          <div class="choices down">{ones.map((one) => radio(one, `${time(one.startsAt)} uur`))}</div>
        </fieldset>
      ))}
      {more && (
        <button type="button" class="button" onClick={more}>
          Meer plekken
        </button>
      )}
    </div>
  );
}
