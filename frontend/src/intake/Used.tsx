/** Which provisions were used before, and when: that may close one for some time. */

import { useState } from "preact/hooks";

import type { Schemas } from "../api/client";
import { Combobox } from "../parts/Combobox";
import { TextField } from "../parts/Field";
import { provisions as search } from "./searches";

type Used = Schemas["UsedProvisionIn"];

export function UsedProvisions({
  id,
  label,
  fault,
  used,
  names,
  onUsed,
}: {
  id: string;
  label: string;
  fault: string | null;
  used: Used[] | null;
  /** Names of provisions by id, as far as they are known. */
  names: Map<string, string>;
  onUsed: (used: Used[] | null) => void;
}) {
  const [text, setText] = useState("");
  const [known, setKnown] = useState<Record<string, string>>({});
  const named = (one: string) => names.get(one) ?? known[one] ?? one;
  const back = () => document.getElementById(id)?.focus();
  return (
    <>
      <Combobox
        id={id}
        label={label}
        hint="Zoek de voorziening en kies die uit de lijst."
        fault={fault}
        value={text}
        onValue={setText}
        onPick={(picked) => {
          setText("");
          setKnown({ ...known, [picked.key]: picked.text });
          if (!used?.some((one) => one.provisionId === picked.key)) onUsed([...(used ?? []), { provisionId: picked.key, usedOn: null }]);
        }}
        search={search}
      />
      <label class="choice">
        <input type="checkbox" checked={used !== null && used.length === 0} onChange={(event) => onUsed(event.currentTarget.checked ? [] : null)} />
        De werknemer heeft er nog geen gebruikt
      </label>
      <ul class="plain">
        {(used ?? []).map((one) => (
          <li key={one.provisionId} class="card">
            <p>
              <strong>{named(one.provisionId)}</strong>{" "}
              <button
                type="button"
                class="button quiet"
                onClick={() => {
                  const rest = (used ?? []).filter((other) => other !== one);
                  onUsed(rest.length ? rest : null);
                  back();
                }}
              >
                Haal weg<span class="visually-hidden">: {named(one.provisionId)}</span>
              </button>
            </p>
            <DayField
              label={`Wanneer gebruikt: ${named(one.provisionId)}`}
              value={one.usedOn ?? null}
              onValue={(usedOn) => onUsed((used ?? []).map((other) => (other === one ? { ...one, usedOn } : other)))}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

/** A day as people here write it, "1-10-2024"; what is no day yet stays as it was typed. */
export function DayField({ label, value, onValue, id, fault = null }: { label: string; value: string | null; onValue: (day: string | null) => void; id?: string; fault?: string | null }) {
  const [text, setText] = useState(value ? value.split("-").reverse().join("-") : "");
  const day = readDay(text);
  return (
    <TextField
      label={label}
      hint="Dag, maand en jaar: 1-10-2024. Weet u het niet, laat het dan leeg."
      fault={fault ?? (text.trim() && !day ? "Schrijf een dag als 1-10-2024." : null)}
      inputMode="numeric"
      value={text}
      most={10}
      {...(id ? { id } : {})}
      onValue={(said) => {
        setText(said);
        onValue(readDay(said));
      }}
    />
  );
}

/** "1-10-2024" becomes "2024-10-01"; null when there is no such day. */
export function readDay(said: string): string | null {
  const found = /^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})\s*$/.exec(said);
  if (!found) return null;
  const [, day, month, year] = found as unknown as [string, string, string, string];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const real = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(real.getTime()) && real.toISOString().startsWith(iso) ? iso : null;
}
