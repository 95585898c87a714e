/** What is wrong with one field, by the code the service gives it (docs/problems.md). */

const FAULTS: Record<string, string> = {
  required: "Vul dit in.",
  empty: "Vul dit in.",
  "too-short": "Vul dit in.",
  "too-long": "Dit is te lang. Maak het korter.",
  "out-of-range": "Dit getal kan niet.",
  bsn: "Hier lijkt een burgerservicenummer (BSN) te staan. Haal het weg: dat bewaren wij nooit.",
  "control-character": "Hier staat een teken dat niet mag. Typ de tekst opnieuw.",
  "unknown-provision": "Deze voorziening kennen we niet. Kies er een uit de lijst.",
  "unknown-region": "Deze regio kennen we niet.",
};

/** Say it in a sentence. */
export const faultSaid = (code: string): string => FAULTS[code] ?? "Dit klopt niet. Kijk het na.";
