/** The answers of a draft as they are read back to an adviser. */

import { day } from "../words/dates";
import { employment, jobLoss, mode, purpose } from "../words/terms";
import type { Answers, Field } from "./answers";

export const QUESTION: Record<Field, string> = {
  originSector: "Huidige of laatste sector",
  targetSector: "Waar de werknemer naartoe wil",
  organisation: "Werkgever",
  occupation: "Beroep",
  skills: "Vaardigheden",
  motivation: "Wat de werknemer drijft",
  employment: "Soort werk",
  jobLoss: "Raakt de werknemer het werk kwijt?",
  purpose: "Doel",
  municipality: "Gemeente",
  region: "Regio",
  yearsOfService: "Jaren in dit werk",
  usedProvisions: "Eerder gebruikte voorzieningen",
  scheduling: "Wanneer en hoe de gesprekken passen",
};

/** What a provision is called, by its id. */
type Named = (provisionId: string) => string;

type Said = { [F in Field]: (value: NonNullable<Answers[F]>, named: Named) => string };

const SAID: Said = {
  originSector: String,
  targetSector: String,
  organisation: String,
  occupation: String,
  skills: (list) => list.join(", "),
  motivation: String,
  employment: (code) => employment[code],
  jobLoss: (code) => jobLoss[code],
  purpose: (code) => purpose[code],
  municipality: String,
  region: String,
  yearsOfService: String,
  usedProvisions: (list, named) =>
    list.map((one) => (one.usedOn ? `${named(one.provisionId)} (${day(one.usedOn)})` : named(one.provisionId))).join(", ") || "geen",
  scheduling: ({ notBefore, modes, sessions }) =>
    [`${sessions ?? 3} gesprekken`, ...(modes ?? []).map((one) => mode[one]), notBefore ? `niet voor ${day(notBefore)}` : ""]
      .filter(Boolean)
      .join(", "),
};

/** Say what was answered; "niets ingevuld" when nothing was. */
export function sayAnswer<F extends Field>(field: F, answers: Answers, named: Named): string {
  const value = answers[field];
  if (value === null || value === undefined) return "niets ingevuld";
  const say: (value: NonNullable<Answers[F]>, named: Named) => string = SAID[field];
  return say(value, named) || "niets ingevuld";
}
