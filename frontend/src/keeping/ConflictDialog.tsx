/** Two advisers changed the same answers: both versions beside each other, to choose from. */

import { useState } from "preact/hooks";

import { useProvisionNames } from "../api/useProvisionNames";
import { Dialog } from "../parts/Dialog";
import { Notice } from "../parts/Notice";
import { moment } from "../words/dates";
import { FIELDS, sameAnswer, type Answers, type Field } from "./answers";
import type { Conflict, Kept } from "./kept";
import { QUESTION, sayAnswer } from "./told";

type Side = "mine" | "theirs";

export function ConflictDialog({ kept }: { kept: Kept }) {
  const [later, setLater] = useState(false);
  const { conflict } = kept;
  if (!conflict) {
    if (later) setLater(false);
    return null;
  }
  if (later)
    return (
      <Notice kind="waits">
        <p>Deze intake is ook door iemand anders veranderd. Tot u kiest wat blijft, wordt er niets bewaard op de server.</p>
        <p>
          <button type="button" class="button" onClick={() => setLater(false)}>
            Kies wat blijft
          </button>
        </p>
      </Notice>
    );
  return (
    <Dialog title="Kies wat blijft" onClose={() => setLater(true)}>
      <Versions conflict={conflict} onChosen={kept.resolve} />
    </Dialog>
  );
}

function Versions({ conflict, onChosen }: { conflict: Conflict; onChosen: (chosen: Answers) => void }) {
  const { mine, theirs, savedBy, savedAt } = conflict;
  const [sides, choose] = useState<Partial<Record<Field, Side>>>({});
  const fields = FIELDS.filter((field) => !sameAnswer(field, mine, theirs));
  const other = savedBy ?? "de andere versie";
  const all = (side: Side) => choose(Object.fromEntries(fields.map((field) => [field, side])));
  const named = useProvisionNames([mine, theirs].flatMap(({ usedProvisions }) => (usedProvisions ?? []).map((one) => one.provisionId)));
  const missing = fields.filter((field) => !sides[field]).length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const chosen: Answers = { ...mine };
        for (const field of fields) if (sides[field] === "theirs") Object.assign(chosen, { [field]: theirs[field] ?? null });
        onChosen(chosen);
      }}
    >
      <p>
        {savedBy ?? "Iemand anders"} bewaarde deze intake op {moment(savedAt)}. {fields.length === 1 ? "Eén antwoord is" : `${fields.length} antwoorden zijn`}{" "}
        bij u anders. Wat u verder invulde, blijft.
      </p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => all("mine")}>
          Alles van u
        </button>
        <button type="button" class="button" onClick={() => all("theirs")}>
          Alles van {other}
        </button>
      </div>
      {fields.map((field) => (
        <fieldset class="field" key={field}>
          <legend>{QUESTION[field]}</legend>
          <div class="versions">
            {(["mine", "theirs"] as const).map((side) => (
              <label class="choice" key={side}>
                <input
                  type="radio"
                  name={`conflict-${field}`}
                  required
                  checked={sides[field] === side}
                  onChange={() => choose({ ...sides, [field]: side })}
                />
                <span>
                  <strong>{side === "mine" ? "Van u" : `Van ${other}`}:</strong> {sayAnswer(field, side === "mine" ? mine : theirs, named)}
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <p role="status">{missing ? `Nog ${missing} te kiezen.` : "Alles is gekozen."}</p>
      <div class="buttons">
        <button type="submit" class="button first">
          Bewaar deze keuze
        </button>
      </div>
    </form>
  );
}
