/** How a provision is told in plain Dutch. */

import type { Schemas } from "../api/client";
import type { Words } from "../words/terms";

export const status: Words<Schemas["ProvisionStatus"]> = {
  current: "bestaat nu",
  planned: "komt nog",
  proposal: "nog een voorstel",
  ended: "bestaat niet meer",
};

/** After "deze voorziening". */
export const standing: Words<Schemas["ProvisionStatus"]> = { ...status, proposal: "is nog een voorstel" };

export const side: Words<Schemas["Side"]> = {
  origin: "voor wie in de sector werkt",
  target: "voor wie naar de sector toe wil",
};

export const handover: Words<Schemas["Handover"]> = {
  named: "Er is iemand die u ontvangt.",
  inferred: "Een organisatie kan u ontvangen. De bron zegt niet wie daar.",
  signpost: "Hier regelt of leest u zelf iets. Niemand ontvangt u.",
  own_service: "Dit zijn onze eigen gesprekken.",
};

export const basis: Words<Schemas["Basis"]> = {
  stated: "staat in de bron",
  inferred: "zo lezen wij de bron",
};

const DOCUMENTS: Record<string, string> = {
  "handreiking-2026": "Handreiking van de Stichting van de Arbeid, mei 2026",
  "kamerbrief-2016": "Brief van de minister aan de Tweede Kamer, september 2016",
  "eigen-lezing": "Onze eigen lezing",
};

/** Where it is written, for who wants to look it up; a document without a title goes by its id. */
export const sourceOf = (source: Schemas["SourceAnswer"]): string =>
  `${DOCUMENTS[source.document] ?? source.document}, ${source.section}`;
