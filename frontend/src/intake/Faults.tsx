/** What is wrong, above the form: its heading takes the focus, and each line leads to its field. */

import { useEffect, useRef } from "preact/hooks";

import type { Refused } from "../api/ask";
import { FIELDS, type Field } from "../keeping/answers";
import { QUESTION } from "../keeping/told";
import { faultSaid } from "../words/faults";

/** A field, by its id on the screen, and what is wrong with it. */
export type Line = { id: string; said: string };

export const idOf = (field: string) => `veld-${field}`;

/** The field that a pointer of the API leads to: "/usedProvisions/0/usedOn". */
export function fieldOf(pointer: string): Field | null {
  const name = pointer.split("/")[1];
  return FIELDS.find((one) => one === name) ?? null;
}

/** What is wrong with one field, in Dutch where we have it. */
export function faultOf(error: Refused | null, field: Field): string | null {
  const fault = error?.problem?.errors?.find((one) => fieldOf(one.pointer) === field);
  return fault ? faultSaid(fault.code) : null;
}

/** What the service said is wrong, field by field. */
export function linesOf(error: Refused): Line[] {
  const fields = [...new Set((error.problem?.errors ?? []).map((one) => fieldOf(one.pointer)))].filter((one) => one !== null);
  return fields.map((field) => ({ id: idOf(field), said: `${QUESTION[field]}: ${faultOf(error, field)}` }));
}

/** Say why it was not sent; `round` is another each time, so that it is heard again. */
export function Faults({ said, lines, round, onGoTo }: { said: string; lines: Line[]; round: unknown; onGoTo: (id: string) => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [round]);
  return (
    <div class="notice fault-notice">
      <h2 ref={heading} tabIndex={-1}>
        De intake is nog niet verstuurd
      </h2>
      <p>{said}</p>
      <ul>
        {lines.map((one) => (
          <li key={one.id}>
            <a
              href={`#${one.id}`}
              onClick={(event) => {
                event.preventDefault();
                onGoTo(one.id);
              }}
            >
              {one.said}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
