/** The text to hand a worker over with: only what they consented to. */

import type { Schemas } from "../api/client";
import { day } from "../words/dates";
import { purpose } from "../words/terms";

type Intake = Schemas["IntakeAnswer"];

/** Write the hand-over as the letter to a desk has it (app/templates), for who calls or mails. */
export function handOverText(intake: Intake, referral: Schemas["ReferralAnswer"], consent: Schemas["ConsentAnswer"], details: Schemas["ContactDetailsAnswer"] | null): string {
  const may = (one: Schemas["ContactData"]) => consent.data.includes(one);
  const lines = [
    `Aanvraag ${intake.reference}: kunt u iemand helpen?`,
    "",
    `Het gaat om: ${referral.name}.`,
    `Behandelaar: ${intake.holder?.name ?? "een vakbondsadviseur"}. Intake op ${day(intake.createdAt)}.`,
    ...part("Over wie gaat het?", [
      may("name") && details?.name && `Naam: ${details.name}`,
      may("telephone") && details?.telephone && `Telefoon: ${details.telephone}`,
      may("email") && details?.email && `E-mail: ${details.email}`,
    ]),
    ...part("Wat is de vraag?", may("question") ? [`Doel: ${purpose[intake.purpose]}`, intake.answers.motivation] : []),
    ...part("Wat vertelde deze persoon nog meer?", may("answers") ? answersOf(intake) : []),
    ...part("Wat is al bekeken?", may("answers") ? referral.reasons.map((one) => one.detail) : []),
    ...part("Wat weten wij nog niet?", referral.toConfirm.map((one) => one.question)),
    "",
    "De werkgever weet hier niets van. Vertel de werkgever ook niets.",
  ];
  return lines.join("\n");
}

function answersOf(intake: Intake): (string | null | false)[] {
  const { answers } = intake;
  return [
    `Sector nu: ${intake.origin.said}`,
    intake.target && `Gewenste sector: ${intake.target.said}`,
    intake.organisation && `Organisatie: ${intake.organisation.said}`,
    answers.occupation && `Beroep: ${answers.occupation}`,
    intake.skills.recognised.length > 0 && `Vaardigheden: ${intake.skills.recognised.map((one) => one.said).join(", ")}`,
    answers.yearsOfService !== null && `Jaren in dit werk: ${answers.yearsOfService}`,
    intake.municipality && `Gemeente: ${intake.municipality.said}`,
  ];
}

function part(title: string, lines: (string | null | undefined | false)[]): string[] {
  const said = lines.filter((one): one is string => Boolean(one));
  return said.length ? ["", title, ...said.map((one) => `- ${one}`)] : [];
}
