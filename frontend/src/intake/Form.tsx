/** The questions, in the order of the talk. */

import type { Refused } from "../api/ask";
import type { Answers, Field } from "../keeping/answers";
import { QUESTION } from "../keeping/told";
import { Choices, NoteField, TextField } from "../parts/Field";
import { useTyped } from "../parts/useTyped";
import { employment, jobLoss, purpose } from "../words/terms";
import { faultOf, idOf } from "./Faults";
import { SaidField, Understood } from "./SaidField";
import { SchedulingFields } from "./Scheduling";
import { municipalities, sectors } from "./searches";
import { Skills } from "./Skills";
import { UsedProvisions } from "./Used";
import type { Check } from "./useCheck";

const MOST_NOTE = 2000;

export function Form({
  answers,
  set,
  check,
  error,
}: {
  answers: Answers;
  set: (change: Partial<Answers>) => void;
  check: Check | null;
  error: Refused | null;
}) {
  const about = <F extends Field>(field: F) => ({ id: idOf(field), label: QUESTION[field], fault: faultOf(error, field) });
  const names = new Map(
    check ? [...check.referrals, ...check.alsoAvailable, ...check.refusals].map((one) => [one.provisionId, one.name]) : [],
  );
  return (
    <>
      <fieldset>
        <legend>
          <h2>Waar komt de werknemer vandaan?</h2>
        </legend>
        <SaidField
          {...about("originSector")}
          hint="In de woorden van de werknemer: de kassen, vrachtwagenchauffeur, Belastingdienst."
          value={answers.originSector}
          onValue={(originSector) => set({ originSector })}
          search={sectors}
          match={check?.origin}
        />
        <TextField {...about("occupation")} value={answers.occupation ?? ""} onValue={(occupation) => set({ occupation })} most={200} />
        <TextField
          {...about("organisation")}
          hint="Alleen om te zien wat de werkgever zelf regelt. De werkgever hoort niets."
          value={answers.organisation ?? ""}
          onValue={(organisation) => set({ organisation })}
          most={200}
        >
          <Understood said={answers.organisation} match={check?.organisation} onValue={(organisation) => set({ organisation })} field={idOf("organisation")} />
        </TextField>
      </fieldset>
      <fieldset>
        <legend>
          <h2>Waar wil de werknemer heen?</h2>
        </legend>
        <SaidField
          {...about("targetSector")}
          hint="Een sector of een beroep. Weet de werknemer het nog niet? Laat het leeg."
          value={answers.targetSector}
          onValue={(targetSector) => set({ targetSector })}
          search={sectors}
          match={check?.target}
        />
        <Choices
          label={QUESTION.purpose}
          words={purpose}
          none="nog niet gezegd"
          value={answers.purpose ?? null}
          onValue={(code) => set({ purpose: code })}
          id={idOf("purpose")}
        />
      </fieldset>
      <fieldset>
        <legend>
          <h2>Wat kan de werknemer, en wat drijft hem of haar?</h2>
        </legend>
        <Skills
          {...about("skills")}
          skills={answers.skills ?? []}
          suggested={check?.skills.suggested.map((one) => one.name) ?? []}
          onSkills={(skills) => set({ skills })}
        />
        <NoteField
          {...about("motivation")}
          hint="Kort. Schrijf geen BSN en niets over de gezondheid op."
          value={answers.motivation ?? ""}
          onValue={(motivation) => set({ motivation })}
          most={MOST_NOTE}
        />
      </fieldset>
      <fieldset>
        <legend>
          <h2>De situatie</h2>
        </legend>
        <Choices
          label={QUESTION.employment}
          words={employment}
          none="nog niet gezegd"
          value={answers.employment ?? null}
          onValue={(code) => set({ employment: code })}
          id={idOf("employment")}
        />
        <Choices
          label={QUESTION.jobLoss}
          words={jobLoss}
          none="nog niet gezegd"
          value={answers.jobLoss ?? null}
          onValue={(code) => set({ jobLoss: code })}
          id={idOf("jobLoss")}
        />
        <Years {...about("yearsOfService")} years={answers.yearsOfService ?? null} onYears={(yearsOfService) => set({ yearsOfService })} />
        <SaidField
          {...about("municipality")}
          hint="Daaruit volgt de regio."
          value={answers.municipality}
          onValue={(municipality) => set({ municipality })}
          search={municipalities}
          match={check?.municipality}
        />
        <UsedProvisions
          {...about("usedProvisions")}
          used={answers.usedProvisions ?? null}
          names={names}
          onUsed={(usedProvisions) => set({ usedProvisions })}
        />
      </fieldset>
      <SchedulingFields
        scheduling={answers.scheduling ?? null}
        fault={faultOf(error, "scheduling")}
        onScheduling={(scheduling) => set({ scheduling })}
      />
    </>
  );
}

const readYears = (said: string) => (/^\d{1,2}$/.test(said.trim()) ? Number(said) : null);

/** A whole number of years. */
function Years({ years, onYears, ...about }: { id: string; label: string; fault: string | null; years: number | null; onYears: (years: number | null) => void }) {
  const [text, type] = useTyped(years, String, readYears);
  return (
    <TextField
      {...about}
      unreadable={text.trim() && readYears(text) === null ? "Schrijf hele jaren, zoals 11." : null}
      inputMode="numeric"
      most={2}
      value={text}
      onValue={(said) => onYears(type(said))}
    />
  );
}
