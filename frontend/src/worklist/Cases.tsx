/** The cases of an adviser, with filters that stand in the address. */

import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure, Notice, State } from "../parts/Notice";
import { day } from "../words/dates";
import { isReference } from "../words/reference";
import { outcome, purpose } from "../words/terms";
import { useRefreshed } from "./useRefreshed";
import { attention } from "./words";

type Filters = { attention?: Schemas["Attention"]; outcome?: Schemas["Outcome"]; holder?: "me" | "nobody"; reference?: string };
type Summary = Schemas["IntakeSummary"];

const HOLDERS = { me: "van mij", nobody: "zonder behandelaar" };
const WORDS = { attention, outcome, holder: HOLDERS };
const LABELS = { attention: "Wacht op", outcome: "Uitkomst", holder: "Behandelaar" };
const A_PAGE = 25;

/** Read the filters that the API knows from the address, and write them there. */
function useFilters(): [Filters, (name: keyof Filters, value: string) => void] {
  const { path, query, route } = useLocation();
  const kept: Record<string, string> = {};
  for (const [name, words] of Object.entries(WORDS)) {
    const value = query[name];
    if (value && Object.hasOwn(words, value)) kept[name] = value;
  }
  if (isReference(query["reference"] ?? "")) kept["reference"] = query["reference"] ?? "";
  const set = (name: keyof Filters, value: string) => {
    const next = new URLSearchParams(kept);
    if (value) next.set(name, value);
    else next.delete(name);
    route(next.size ? `${path}?${next}` : path, true);
  };
  return [kept as Filters, set];
}

export function Cases() {
  const [filters, set] = useFilters();
  const [limit, setLimit] = useState(A_PAGE);
  // What is typed stands until another number comes into the address.
  const [typed, setTyped] = useState<{ text: string; beside: string | undefined } | null>(null);
  const reference = typed && typed.beside === filters.reference ? typed.text : (filters.reference ?? "");
  const [unknown, setUnknown] = useState(false);
  const key = JSON.stringify([filters, limit]);
  const [found, { again }] = useAnswer(key, (signal) =>
    ask(() => api.GET("/intakes", { params: { query: { ...filters, limit } }, signal })),
  );
  useRefreshed(again);
  useEffect(() => setLimit(A_PAGE), [JSON.stringify(filters)]);
  return (
    <section aria-labelledby="alle-zaken">
      <h2 id="alle-zaken">Zaken</h2>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          // An address is kept and passed on: nothing but a number goes in there.
          const said = reference.trim();
          setUnknown(said !== "" && !isReference(said));
          if (said && !isReference(said)) return;
          set("reference", said);
          setTyped(null);
        }}
      >
        {(Object.keys(WORDS) as (keyof typeof WORDS)[]).map((name) => (
          <label key={name}>
            {LABELS[name]}
            <select value={filters[name] ?? ""} onChange={(event) => set(name, event.currentTarget.value)}>
              <option value="">alles</option>
              {Object.entries(WORDS[name]).map(([code, said]) => (
                <option key={code} value={code}>
                  {said}
                </option>
              ))}
            </select>
          </label>
        ))}
        <label>
          Zaaknummer
          <input
            type="text"
            autoComplete="off"
            spellcheck={false}
            aria-invalid={unknown || undefined}
            aria-describedby={unknown ? "geen-nummer" : undefined}
            value={reference}
            onInput={(event) => setTyped({ text: event.currentTarget.value, beside: filters.reference })}
          />
        </label>
        <button type="submit" class="button">
          Zoek op nummer
        </button>
      </form>
      <p id="geen-nummer" class="fault" role="alert">
        {unknown && "Dit is geen zaaknummer. Schrijf het als 7K3M-9QX2; de eerste vier tekens zijn genoeg."}
      </p>
      {found.state === "asking" && <Asking />}
      {found.state === "failed" && <Failure error={found.error} again={again} />}
      {found.state === "here" && (
        <>
          <p role="status">{told(found.data.items.length, found.data.next !== null)}</p>
          {found.data.items.length === 0 ? (
            <Notice>
              {Object.keys(filters).length ? (
                <>
                  Niets gevonden. Kies andere filters, of <a href="/zaken">toon alles</a>.
                </>
              ) : (
                <>
                  U hebt nog geen zaken. <a href="/intake">Begin een intake</a>.
                </>
              )}
            </Notice>
          ) : (
            <Table items={found.data.items} />
          )}
          {found.data.next !== null && (
            <button type="button" class="button" onClick={() => setLimit((now) => now + A_PAGE)}>
              Meer laten zien
            </button>
          )}
        </>
      )}
    </section>
  );
}

function told(count: number, more: boolean): string {
  if (more) return `De nieuwste ${count} zaken`;
  return count === 1 ? "1 zaak" : `${count} zaken`;
}

function Table({ items }: { items: Summary[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Lijst van zaken">
      <table>
        <thead>
          <tr>
            <th scope="col">Zaak</th>
            <th scope="col">Begonnen</th>
            <th scope="col">Doel</th>
            <th scope="col">Uitkomst</th>
            <th scope="col">Wacht op</th>
            <th scope="col">Behandelaar</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={`/zaken/${one.id}`}>{one.reference}</a>
              </th>
              <td>{day(one.createdAt)}</td>
              <td>{purpose[one.purpose]}</td>
              <td>{outcome[one.outcome]}</td>
              <td>
                {one.closedAt ? (
                  <State kind="done">afgesloten</State>
                ) : (
                  one.attention.map((code) => (
                    <State key={code} kind="waits">
                      {attention[code]}
                    </State>
                  ))
                )}
              </td>
              <td>{one.holder?.name ?? "niemand"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
