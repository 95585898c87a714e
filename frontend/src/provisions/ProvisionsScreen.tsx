/** Searching provisions in the worker's own words, open to everybody. */

import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Field, TextField } from "../parts/Field";
import { Asking, Failure, State } from "../parts/Notice";
import { Screen } from "../parts/Screen";
import { service } from "../words/terms";
import { FACETS, useFilters, type Facet } from "./filters";
import { SectorField } from "./SectorField";
import { Verified } from "./Verified";
import { status } from "./words";

const PAUSE_MILLISECONDS = 250;
const PAGE = 25;
const MOST = 1000;

/** What was typed, for who comes back from reading one. Not in the address: people type a lot. */
let lastSaid = "";

export function ProvisionsScreen() {
  const [said, setSaid] = useState(lastSaid);
  const [sought, seek] = useState(lastSaid.trim());
  const [filters, filter] = useFilters();
  const [limit, setLimit] = useState(PAGE);
  const query = { ...filters, ...(sought ? { q: sought } : {}), limit };
  const asked = JSON.stringify({ ...query, limit: null });
  useEffect(() => setLimit(PAGE), [asked]);
  useEffect(() => {
    lastSaid = said;
    const wait = setTimeout(() => seek(said.trim()), PAUSE_MILLISECONDS);
    return () => clearTimeout(wait);
  }, [said]);
  const [found, { again }] = useAnswer(JSON.stringify(query), (signal) =>
    ask(() => api.GET("/provisions", { params: { query }, signal })),
  );
  const before = useRef<Schemas["ProvisionPage"] | null>(null);
  if (found.data) before.current = found.data;
  const page = before.current;
  return (
    <Screen title="Voorzieningen">
      <p>Hulp bij ander werk: loopbaanadvies, scholing en meer. Zoek met uw eigen woorden. U hoeft geen naam te geven.</p>
      <div class="provisions">
        <search aria-label="Voorzieningen zoeken">
          <form onSubmit={(event) => event.preventDefault()}>
            <TextField label="Wat zoekt u?" hint="Bijvoorbeeld: omscholen, gratis coach, bang voor ontslag." most={120} value={said} onValue={setSaid} />
            <SectorField sector={filters.sector} onSector={(id) => filter("sector", id)} />
            {(Object.keys(FACETS) as Facet[]).map((name) => (
              <FacetField key={name} name={name} chosen={filters[name]} counts={page?.facets[name] ?? []} onChoose={(value) => filter(name, value)} />
            ))}
          </form>
        </search>
        <section aria-label="Gevonden voorzieningen">
          {found.error !== null && <Failure error={found.error} again={again} />}
          {page === null && found.state === "asking" && <Asking what="Voorzieningen ophalen" />}
          {page && found.error === null && (
            <>
              <p role="status">{told(page)}</p>
              <ol class="plain">
                {page.items.map((one) => (
                  <Found key={one.id} one={one} />
                ))}
              </ol>
              {page.next && limit < MOST && (
                <p>
                  <button type="button" class="button" onClick={() => setLimit((now) => Math.min(MOST, now + PAGE))}>
                    Meer tonen
                  </button>
                </p>
              )}
            </>
          )}
        </section>
      </div>
    </Screen>
  );
}

function FacetField({
  name,
  chosen,
  counts,
  onChoose,
}: {
  name: Facet;
  chosen: string | undefined;
  counts: Schemas["FacetValue"][];
  onChoose: (value: string | null) => void;
}) {
  const { label, words } = FACETS[name];
  const count = new Map(counts.map((one) => [one.value, one.count]));
  // Who has chosen one may choose another, of which is not known how many there are.
  const offered = Object.entries(words).filter(([code]) => chosen || count.has(code));
  return (
    <Field label={label}>
      {(tied) => (
        <select {...tied} value={chosen ?? ""} onChange={(event) => onChoose(event.currentTarget.value || null)}>
          <option value="">alles</option>
          {offered.map(([code, said]) => (
            <option key={code} value={code} selected={code === chosen}>
              {count.has(code) ? `${said} (${count.get(code)})` : said}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Found({ one }: { one: Schemas["ProvisionSummary"] }) {
  return (
    <li class="card">
      <h2>
        <a href={`/voorzieningen/${one.id}`}>{one.name}</a>
      </h2>
      {one.status !== "current" && (
        <p>
          <State kind={one.status === "ended" ? "fault" : "waits"}>{status[one.status]}</State>
        </p>
      )}
      <p>{one.summary}</p>
      <p class="quiet-text">
        {[one.provider, one.services.map((each) => service[each]).join(", ")].filter(Boolean).join(" · ")}
        <br />
        <Verified of={one} />
      </p>
    </li>
  );
}

function told(page: Schemas["ProvisionPage"]): string {
  const count = page.facets.status.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return "Niets gevonden. Probeer een ander woord, of kies bij een keuze ‘alles’.";
  return count === 1 ? "1 voorziening gevonden." : `${count} voorzieningen gevonden.`;
}
