/** Which provisions were used before, and when: that may close one for some time. */

import { useState } from "preact/hooks";

import type { Schemas } from "../api/client";
import { useProvisionNames } from "../api/useProvisionNames";
import { Combobox } from "../parts/Combobox";
import { DayField } from "../parts/DayField";
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
  const name = (one: string) => names.get(one) ?? known[one];
  const asked = useProvisionNames((used ?? []).map((one) => one.provisionId).filter((one) => !name(one)));
  const named = (one: string) => name(one) ?? asked(one);
  const back = () => document.getElementById(id)?.focus();
  return (
    <>
      <Combobox
        id={id}
        label={label}
        hint="Zoek de voorziening en kies die uit de lijst."
        fault={fault}
        // Only what was picked is an answer: what merely stands here would be lost without a word.
        unreadable={text.trim() ? "Kies een voorziening uit de lijst, of maak dit veld leeg." : null}
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
