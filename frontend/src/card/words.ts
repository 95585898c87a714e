/** The sentences of the loopbaankaart: plain Dutch, to the worker, by what has happened. */

import type { Schemas } from "../api/client";
import { day, longDay, time } from "../words/dates";
import type { Words } from "../words/terms";

type Referral = Schemas["ReferralAnswer"];
type Session = Schemas["SessionAnswer"];

export const wish: Words<Schemas["Purpose"]> = {
  orientation: "U wilt weten welk werk bij u past.",
  growth_in_sector: "U wilt verder komen in uw eigen werk.",
  other_work: "U zoekt ander werk.",
  other_sector: "U wilt gaan werken in een andere sector.",
};

/** Who helps, as the worker will hear them say it: the desk that has it, else who is known to. */
export const whoHelps = (one: Referral): string =>
  one.contact?.organisation ?? one.receiver ?? one.provider ?? one.name;

/** What happens next with a warm referral, and what the worker need not do. */
export function nextOf(one: Referral): string {
  const who = whoHelps(one);
  const until = one.answerBy ? ` Dat gebeurt uiterlijk op ${day(one.answerBy)}.` : "";
  if (one.viaEmployer && WAITS.has(one.status)) {
    return "Dit gaat via uw werkgever. Wij vertellen uw werkgever niets. Wilt u dit? Vraag het dan zelf aan uw werkgever.";
  }
  switch (one.status) {
    case "proposed":
      return "Wij hebben uw gegevens nog niet doorgegeven. Dat doen wij alleen als u ja zegt.";
    case "sent":
    case "received":
      return `Wij hebben gevraagd of ${who} u helpt. Daar wachten wij op.${until} U hoeft niets te doen.`;
    case "accepted":
      return `${who} gaat u helpen en neemt contact met u op.${until} Hoort u niets? Vertel het uw adviseur.`;
    case "in_contact":
      return `${who} heeft contact met u en helpt u verder.`;
    case "completed":
      return "Deze hulp is klaar.";
    case "declined":
      return `${who} kan u hierbij niet helpen. Uw adviseur zoekt met u naar iets anders.`;
    case "expired":
      return "Er kwam niet op tijd antwoord. Uw adviseur zoekt met u naar iets anders.";
    case "withdrawn":
      return "Dit gaat niet door.";
  }
}

const WAITS: ReadonlySet<Referral["status"]> = new Set(["proposed", "sent", "received"]);

/** How the two of them meet, as the letters of the service say it. */
const how: Record<Schemas["Mode"], (who: string) => string> = {
  phone: (who) => `${who} belt u op dat moment.`,
  video: (who) => `U krijgt van ${who} een link om mee te videobellen.`,
  in_person: (who) => `${who} vertelt u waar het gesprek is.`,
};

/** "dinsdag 1 december 2026, van 14.00 tot 14.45 uur" */
export const when = (starts: string, ends: string | null): string =>
  ends ? `${longDay(starts)}, van ${time(starts)} tot ${time(ends)} uur` : `${longDay(starts)}, ${time(starts)} uur`;

/** What the worker should know of one session, now. */
export function sessionOf(one: Session, now: Date): string {
  if (!one.startsAt) {
    return one.status === "waiting" ? "Wij zoeken nog een dag en een tijd. U hoort die van ons." : "Dit gesprek gaat niet door.";
  }
  const at = when(one.startsAt, one.endsAt);
  const met = one.mode ? ` ${how[one.mode](one.adviser?.name ?? "Uw adviseur")}` : "";
  switch (one.status) {
    case "waiting":
    case "planned":
      return isToCome(one, now) ? `${capital(at)}.${met}` : `Dit gesprek was op ${at}.`;
    case "held":
      return `Dit gesprek was op ${at}.`;
    case "missed":
      return `Dit gesprek was op ${at}. Het is niet gelukt om elkaar te spreken.`;
    case "cancelled":
      return `Dit gesprek op ${at} is afgezegd. U hoeft niet te komen.`;
  }
}

/** Whether a session with a day and a time is still to be held. */
export const isToCome = (one: Session, now: Date): boolean =>
  one.status === "planned" && new Date(one.endsAt ?? one.startsAt ?? 0) > now;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
