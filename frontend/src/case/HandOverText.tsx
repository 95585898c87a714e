/** The text to hand a worker over with: only what they consented to. To copy, or to read out. */

import { useRef, useState } from "preact/hooks";

import type { Schemas } from "../api/client";
import { day } from "../words/dates";
import { purpose } from "../words/terms";
import { useCase, type Intake } from "./useCase";
import { useWorker, type Consent, type Details } from "./useWorker";

export function HandOverText({ referral, consent }: { referral: Schemas["ReferralAnswer"]; consent: Consent }) {
  const { intake } = useCase();
  const worker = useWorker();
  const field = useRef<HTMLTextAreaElement>(null);
  const [told, tell] = useState("");
  const text = handOverText(intake, referral, consent, worker.data?.details ?? null);
  const id = `tekst-${referral.id}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell("De tekst is gekopieerd.");
    } catch {
      // No clipboard here, or not allowed: then by hand.
      field.current?.select();
      tell("Kopiëren mag hier niet vanzelf. De tekst is geselecteerd: kopieer met Ctrl+C.");
    }
  };
  return (
    <details>
      <summary>Tekst om over te dragen</summary>
      <label for={id}>Alleen wat de werknemer met {consent.recipient} wil delen</label>
      <textarea ref={field} id={id} class="case-text" readOnly rows={12} value={text} />
      <div class="buttons">
        <button type="button" class="button" onClick={() => void copy()}>
          Kopieer de tekst
        </button>
        <span role="status">{told}</span>
      </div>
    </details>
  );
}

/** Write the hand-over as the letter to a desk has it (app/templates), for who calls or mails. */
export function handOverText(intake: Intake, referral: Schemas["ReferralAnswer"], consent: Consent, details: Details | null): string {
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
    answers.yearsOfService !== null && `Jaren in dienst: ${answers.yearsOfService}`,
    intake.municipality && `Gemeente: ${intake.municipality.said}`,
  ];
}

function part(title: string, lines: (string | null | undefined | false)[]): string[] {
  const said = lines.filter((one): one is string => Boolean(one));
  return said.length ? ["", title, ...said.map((one) => `- ${one}`)] : [];
}
