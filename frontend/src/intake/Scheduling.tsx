/** How and when guidance sessions would suit, should it come to them. */

import type { Schemas } from "../api/client";
import { DayField } from "../parts/DayField";
import { isoDay, midnight } from "../words/dates";
import { mode as words } from "../words/terms";

type Scheduling = Schemas["SchedulingIn"];
type Mode = Schemas["Mode"];

const MODES = Object.keys(words) as Mode[];

export function SchedulingFields({ scheduling, onScheduling, fault }: { scheduling: Scheduling | null; onScheduling: (scheduling: Scheduling) => void; fault: string | null }) {
  const modes = scheduling?.modes ?? MODES;
  const sessions = scheduling?.sessions ?? 3;
  const set = (change: Partial<Scheduling>) => onScheduling({ modes, sessions, ...(scheduling ?? {}), ...change });
  return (
    <details>
      <summary>Als het gidsgesprekken worden</summary>
      {fault && <p class="fault">{fault}</p>}
      <fieldset class="field">
        <legend>Hoe het gesprek past</legend>
        <div class="choices">
          {MODES.map((one) => (
            <label class="choice" key={one}>
              <input
                type="checkbox"
                checked={modes.includes(one)}
                onChange={(event) => {
                  const next = event.currentTarget.checked ? [...modes, one] : modes.filter((other) => other !== one);
                  // Without any way there is no session: then all of them will do.
                  set({ modes: next.length ? next : MODES });
                }}
              />
              {words[one]}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset class="field">
        <legend>Hoeveel gesprekken plannen</legend>
        <div class="choices">
          {[1, 2, 3].map((one) => (
            <label class="choice" key={one}>
              <input type="radio" name="sessions" checked={sessions === one} onChange={() => set({ sessions: one })} />
              {one}
            </label>
          ))}
        </div>
      </fieldset>
      <DayField
        label="Niet eerder dan"
        value={scheduling?.notBefore ? isoDay(scheduling.notBefore) : null}
        onValue={(day) => set({ notBefore: day && midnight(day) })}
      />
    </details>
  );
}
