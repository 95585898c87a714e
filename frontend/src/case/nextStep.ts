/** The next step in a case, in one sentence, and where on the page it is taken. */

import type { Schemas } from "../api/client";
import { moment } from "../words/dates";
import { isOpen } from "./steps";

type Intake = Schemas["IntakeAnswer"];
type Referral = Schemas["ReferralAnswer"];

export type NextStep = { said: string; at: string | null };

const OF_REFERRAL: Record<Schemas["ReferralStatus"], (name: string) => string> = {
  proposed: (name) => `Draag de werknemer over aan ${name}.`,
  sent: (name) => `Wacht op het antwoord van ${name}.`,
  received: (name) => `Wacht op het antwoord van ${name}.`,
  accepted: (name) => `Vraag of ${name} de werknemer al gesproken heeft.`,
  in_contact: (name) => `Vraag later hoe het ging bij ${name}.`,
  completed: () => "",
  declined: () => "",
  expired: () => "",
  withdrawn: () => "",
};

/** Say what the adviser is to do now. */
export function nextStep(intake: Intake, now: Date): NextStep {
  if (!intake.holder) return { said: "Deze zaak wacht op een behandelaar: neem de zaak over.", at: "behandelaar" };
  if (intake.closedAt) return { said: "Niets: de begeleiding is afgesloten. Een nieuwe vraag is een nieuwe intake.", at: null };
  return intake.outcome === "guidance" ? ofGuidance(intake, now) : ofReferrals(intake.referrals);
}

function ofReferrals(referrals: Referral[]): NextStep {
  const open = referrals.filter((one) => isOpen(one.status));
  const late = open.find((one) => one.waitsSince);
  if (late) return { said: `${late.name} is te laat: bel het loket, of beslis anders.`, at: `doorverwijzing-${late.id}` };
  // Of what goes on, that which is furthest; else the best one that is to be handed over.
  const first = open.find((one) => one.status !== "proposed") ?? open[0];
  if (first) return { said: OF_REFERRAL[first.status](first.name), at: `doorverwijzing-${first.id}` };
  if (referrals.some((one) => one.status === "completed")) return { said: "Niets: de werknemer is geholpen.", at: null };
  return { said: "Er loopt geen doorverwijzing meer: verwijs ergens anders heen, of kies gidsgesprekken.", at: "uitkomst" };
}

function ofGuidance(intake: Intake, now: Date): NextStep {
  const past = intake.sessions.find((one) => one.status === "planned" && one.endsAt && new Date(one.endsAt) <= now);
  if (past) return { said: `Leg vast hoe gidsgesprek ${past.number} ging.`, at: `gesprek-${past.id}` };
  const planned = intake.sessions.filter((one) => one.status === "planned" && one.startsAt);
  const [soonest] = planned.sort((one, other) => (one.startsAt ?? "").localeCompare(other.startsAt ?? ""));
  if (soonest?.startsAt) return { said: `Gidsgesprek ${soonest.number} is op ${moment(soonest.startsAt)}.`, at: `gesprek-${soonest.id}` };
  const waiting = intake.sessions.find((one) => one.status === "waiting");
  if (waiting) return { said: `Gidsgesprek ${waiting.number} wacht op een plek: kies er een.`, at: `gesprek-${waiting.id}` };
  return { said: "Plan een gidsgesprek, of sluit de begeleiding af.", at: "gesprekken" };
}
