import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";

import { Notice } from "../parts/Notice";
import { Screen } from "../parts/Screen";
import { useCaller } from "./caller";
import { tellSignedIn } from "./windows";
import { WaysToSignIn } from "./ways";

const FAULTS: Record<string, string> = {
  verlopen: "Het aanmelden duurde te lang, of begon in een ander venster. Probeer het opnieuw.",
  geweigerd: "Het aanmelden is niet gelukt. Probeer het opnieuw, of vraag het aan uw beheerder.",
  onbereikbaar: "De aanmelddienst antwoordt niet. Probeer het zo opnieuw.",
  onbekend: "Deze manier van aanmelden bestaat niet. Kies er een hieronder.",
  "te-groot": "Uw aanmelding bevat te veel gegevens. Vraag het aan uw beheerder.",
};

/** Only a path of this site: an address from outside would send people anywhere. */
const ownPath = (asked: string | undefined) => (asked && /^\/(?![/\\])/.test(asked) ? asked : "/zaken");

export function SignIn() {
  const { query, route } = useLocation();
  const { caller } = useCaller();
  const going = query["terug"];
  const fault = FAULTS[query["fout"] ?? ""];
  useEffect(() => {
    if (caller && going && !fault) route(ownPath(going), true);
  }, [caller, going, fault]);
  return (
    <Screen title="Aanmelden">
      {fault && <Notice kind="fault">{fault}</Notice>}
      <p>Meld u aan om met intakes en zaken te werken. Voorzieningen zoeken kan zonder.</p>
      <WaysToSignIn to={ownPath(going)} />
    </Screen>
  );
}

/** Where the window ends in which somebody signed in again. */
export function SignedInAgain() {
  useEffect(() => {
    tellSignedIn();
    window.close();
  }, []);
  return (
    <Screen title="U bent weer aangemeld">
      <p>U kunt dit venster sluiten en verdergaan waar u was.</p>
    </Screen>
  );
}
