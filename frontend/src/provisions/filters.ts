/** What is looked for: the filters stand in the address, the words do not. */

import { useLocation } from "preact-iso";

import type { Schemas } from "../api/client";
import { buildingBlock, service } from "../words/terms";
import { side, status } from "./words";

export type Facet = keyof Schemas["ProvisionFacets"];

export const FACETS: Record<Facet, { label: string; words: Record<string, string> }> = {
  service: { label: "Soort hulp", words: service },
  buildingBlock: { label: "Bouwsteen", words: buildingBlock },
  side: { label: "Voor wie", words: side },
  status: { label: "Bestaat het nu?", words: status },
};

export type Filters = {
  sector?: string;
  service?: Schemas["Service"];
  buildingBlock?: Schemas["BuildingBlock"];
  side?: Schemas["Side"];
  status?: Schemas["ProvisionStatus"];
};

/** Read the filters from the address, without what the API does not know, and write them there. */
export function useFilters(): [Filters, (name: Facet | "sector", value: string | null) => void] {
  const { path, query, route } = useLocation();
  const kept: Record<string, string> = {};
  if (query["sector"]) kept["sector"] = query["sector"];
  for (const [name, { words }] of Object.entries(FACETS)) {
    const value = query[name];
    if (value && Object.hasOwn(words, value)) kept[name] = value;
  }
  const set = (name: Facet | "sector", value: string | null) => {
    const next = new URLSearchParams(kept);
    if (value) next.set(name, value);
    else next.delete(name);
    route(next.size ? `${path}?${next}` : path, true);
  };
  return [kept as Filters, set];
}
