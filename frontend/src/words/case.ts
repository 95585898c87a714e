/** What is read on a case, in plain Dutch; a code that the API does not know breaks the build. */

import type { Schemas } from "../api/client";
import type { Words } from "./terms";

export type Kind = "done" | "waits" | "fault" | "told";

export const verdict: Words<Schemas["Verdict"]> = {
  available: "staat open",
  to_confirm: "eerst iets navragen",
  refused: "past niet volgens de regels",
};

export const side: Words<Schemas["Side"]> = {
  origin: "van de sector waar de werknemer werkt",
  target: "van de sector waar de werknemer heen wil",
};

/** How a referral stands, said as a sentence. */
export const referralSentence: Words<Schemas["ReferralStatus"]> = {
  proposed: "Nog niet overgedragen.",
  sent: "Overgedragen. Het loket moet nog antwoorden.",
  received: "Het loket heeft het ontvangen en moet nog antwoorden.",
  accepted: "Het loket neemt de werknemer over en neemt contact op.",
  in_contact: "Het loket en de werknemer hebben contact.",
  completed: "Afgerond: de werknemer is geholpen.",
  declined: "Het loket helpt deze werknemer niet.",
  expired: "Het loket antwoordde niet op tijd.",
  withdrawn: "Ingetrokken.",
};

export const referralKind: Record<Schemas["ReferralStatus"], Kind> = {
  proposed: "waits",
  sent: "waits",
  received: "waits",
  accepted: "done",
  in_contact: "done",
  completed: "done",
  declined: "fault",
  expired: "fault",
  withdrawn: "told",
};

export const referralReason: Words<Schemas["ReferralReason"]> = {
  not_eligible: "voldoet niet aan de voorwaarden",
  no_capacity: "er is nu geen plek",
  wrong_desk: "hoort bij een ander loket",
  unreachable: "niet te bereiken",
  worker_withdrew: "de werknemer wil niet meer",
  no_consent: "geen toestemming",
  other_solution: "er is een andere oplossing",
  mistake: "vergissing",
  not_in_time: "geen antwoord op tijd",
  adviser_decided: "de adviseur besliste anders",
  other: "een andere reden",
};

export const outcomeReason: Words<Schemas["OutcomeReason"]> = {
  worker_prefers: "de werknemer wil dit liever",
  provision_unsuitable: "de voorziening past niet",
  provision_unreachable: "de voorziening is niet te bereiken",
  provision_found: "er is toch een voorziening gevonden",
  other: "een andere reden",
  referrals_ended: "geen doorverwijzing is gelukt",
};

export const holderReason: Words<Schemas["HolderReason"]> = {
  worker_asked: "de werknemer vroeg het",
  absence: "afwezigheid",
  workload: "te veel werk",
  expertise: "andere kennis nodig",
  other: "een andere reden",
};

export const handedBy: Words<Schemas["HandedBy"]> = {
  desk: "Wij hebben het loket bericht gestuurd.",
  by_hand: "Wij kunnen dit loket niet zelf berichten. Bel of mail het zelf met de tekst hieronder.",
  employer: "De werknemer gaat zelf via de werkgever. Wij vertellen de werkgever niets.",
};

export const contactData: Words<Schemas["ContactData"]> = {
  name: "naam",
  telephone: "telefoonnummer",
  email: "e-mailadres",
  question: "vraag",
  answers: "antwoorden in de intake",
};

export const sessionReason: Words<Schemas["CancelReason"]> = {
  worker_cancelled: "de werknemer zegt af",
  adviser_cancelled: "de adviseur zegt af",
  found_work: "de werknemer heeft werk gevonden",
  other: "een andere reden",
};

export const event: Words<Schemas["EventType"]> = {
  intake_created: "Intake gedaan",
  referral_status: "Doorverwijzing",
  outcome_changed: "Andere uitkomst",
  holder_changed: "Andere behandelaar",
  session_planned: "Gidsgesprek gepland",
  session_moved: "Gidsgesprek verzet",
  session_held: "Gidsgesprek gehouden",
  session_missed: "Gidsgesprek gemist",
  session_cancelled: "Gidsgesprek afgezegd",
  guidance_closed: "Begeleiding afgesloten",
  consent_given: "Toestemming gegeven",
  consent_withdrawn: "Toestemming ingetrokken",
};

const consentPurpose: Words<Schemas["ConsentPurpose"]> = {
  hand_over: "om door te verwijzen",
  invitations: "voor uitnodigingen",
};

const CODES: Record<string, string> = {
  ...consentPurpose,
  ...referralReason,
  ...outcomeReason,
  ...holderReason,
  ...sessionReason,
};

/** Say a code of an event that is not told otherwise; an unknown one is left out. */
export const codeOf = (code: string | null): string | null => (code === null ? null : (CODES[code] ?? null));
