/** A field for what a worker says: it offers what may be meant, and says below how it was understood. */

import { Combobox, type Offer } from "../parts/Combobox";

type Match = { name: string | null; alternatives: { name: string }[] } | null;

export function SaidField({
  id,
  label,
  hint,
  fault,
  value,
  onValue,
  search,
  match,
  autoFocus = false,
}: {
  id: string;
  label: string;
  hint?: string;
  fault: string | null;
  value: string | null | undefined;
  onValue: (said: string) => void;
  search: (said: string, signal: AbortSignal) => Promise<Offer[]>;
  /** How the check understood it. */
  match?: Match | undefined;
  autoFocus?: boolean;
}) {
  const said = value ?? "";
  return (
    <Combobox id={id} label={label} hint={hint} fault={fault} value={said} onValue={onValue} search={search} autoFocus={autoFocus}>
      <Understood said={value} match={match} onValue={onValue} field={id} />
    </Combobox>
  );
}

/** How the check understood what was said, below the field; nothing when that is what was said. */
export function Understood({
  said,
  match,
  onValue,
  field,
}: {
  said: string | null | undefined;
  match: Match | undefined;
  onValue: (said: string) => void;
  field: string;
}) {
  if (!match || !said?.trim()) return null;
  if (match.name?.toLowerCase() === said.trim().toLowerCase()) return null;
  if (match.name)
    return (
      <p class="hint">
        Begrepen als: <strong>{match.name}</strong>
      </p>
    );
  return (
    <p class="hint">
      Niet herkend; het blijft staan zoals u het schreef.
      {match.alternatives.length > 0 && " Bedoelt u: "}
      {match.alternatives.slice(0, 3).map((one) => (
        <button
          key={one.name}
          type="button"
          class="button quiet"
          onClick={() => {
            onValue(one.name);
            // The button goes; the field it is about is next to it.
            document.getElementById(field)?.focus();
          }}
        >
          {one.name}
        </button>
      ))}
    </p>
  );
}
