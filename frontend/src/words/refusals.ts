/** What an adviser reads when something did not go: what happened, and what to do. */

import { NotSignedIn, Refused, Unreachable } from "../api/ask";

const SAID: Record<string, string> = {
  "authentication-required": "U bent niet meer aangemeld. Meld u opnieuw aan.",
  "not-for-this-role": "Uw account mag dit niet. Vraag het aan de beheerder.",
  "not-found": "Dit bestaat niet, of u mag het niet zien.",
  conflict: "Iemand anders was u voor. Kijk opnieuw en beslis dan.",
  "already-referred": "Deze doorverwijzing is er al.",
  "consent-given": "Deze toestemming is er al.",
  "consent-needed": "De werknemer heeft nog geen toestemming gegeven.",
  "draft-already-sent": "Deze intake is al verstuurd.",
  erased: "Deze gegevens zijn gewist.",
  "guidance-closed": "De begeleiding is afgesloten. Begin een nieuwe intake voor een nieuwe vraag.",
  "guidance-goes-on": "Deze intake leidde tot gesprekken. Beslis eerst anders, met een reden.",
  "held-already": "Dit is al zo.",
  "not-referred": "Er is nog geen doorverwijzing naar deze voorziening.",
  "out-of-reach": "Er is geen telefoonnummer of e-mailadres. Vul dat eerst in.",
  "outcome-stands": "Dit is de uitkomst al.",
  "precondition-failed": "Iemand anders heeft dit intussen gewijzigd.",
  "provision-has-no-receiver": "Bij deze voorziening ontvangt niemand mensen.",
  "provision-not-open": "Deze voorziening is niet voor deze werknemer.",
  "referral-not-allowed": "Dat kan niet meer met deze doorverwijzing. Kijk opnieuw.",
  "session-not-allowed": "Dat kan niet meer met dit gesprek. Kijk opnieuw.",
  "sessions-overlap": "De werknemer heeft dan al een ander gesprek.",
  "slot-not-free": "Deze plek is net bezet. Kies een andere.",
  "through-the-employer": "Hier gaat de werknemer zelf naartoe, via de werkgever. Wij geven niets door.",
  "warm-referral-has-no-sessions": "Deze zaak leidde tot een warme doorverwijzing, dus zijn er geen gesprekken. Beslis eerst anders, met een reden.",
  "idempotency-key-reused": "Dit is al eens verstuurd, met iets anders erin. Ververs de pagina en kijk hoe het staat.",
  busy: "De dienst is even te druk. Misschien is het toch gelukt: probeer het zo opnieuw, het gaat nooit dubbel.",
  "take-it-over-first": "U behandelt deze zaak niet. Neem de zaak eerst over.",
  "three-sessions": "Drie gesprekken is het meeste.",
  "too-many-requests": "Er is te vaak gevraagd. Wacht een minuut en probeer het opnieuw.",
  "invalid-input": "Er klopt iets niet in wat is ingevuld.",
  unavailable: "De dienst is even te druk. Probeer het zo opnieuw.",
};

const OURS = "Het ging mis aan onze kant. Probeer het opnieuw.";

/** Say in one or two plain sentences what went wrong. A fault of our own is told to the browser too. */
export function saidOf(error: unknown): string {
  if (error instanceof NotSignedIn) return "U bent niet meer aangemeld. Meld u opnieuw aan.";
  if (error instanceof Unreachable) return "Er is geen verbinding. Probeer het zo opnieuw.";
  if (error instanceof Refused) {
    const known = SAID[error.slug];
    if (known) return known;
    const id = error.problem?.instance;
    return id ? `${OURS} Meldt u dit? Noem dan ${id}.` : OURS;
  }
  // A screen that throws while it is drawn is dead; the fault is to be heard of all the same.
  reportError(error);
  return OURS;
}
