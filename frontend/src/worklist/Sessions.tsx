import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure, State } from "../parts/Notice";
import { isoDay, longDay, midnight, time, weekday } from "../words/dates";
import { mode, sessionStatus } from "../words/terms";
import { useRefreshed } from "./useRefreshed";

/** The sessions of today, and what comes after. */
export function Sessions() {
  const today = isoDay(new Date());
  const [found, { again }] = useAnswer(today, (signal) =>
    ask(() => api.GET("/sessions", { params: { query: { from: midnight(today), limit: 30 } }, signal })),
  );
  useRefreshed(again);
  if (found.state === "asking") return <Asking />;
  if (found.state === "failed") return <Failure error={found.error} again={again} />;
  const shown = found.data.items.filter((one) => one.startsAt && one.status !== "cancelled");
  const now = shown.filter((one) => isoDay(one.startsAt as string) === today);
  const later = shown.filter((one) => isoDay(one.startsAt as string) !== today).slice(0, 5);
  return (
    <>
      <section aria-labelledby="vandaag">
        <h2 id="vandaag">Vandaag, {longDay(new Date())}</h2>
        {now.length ? <List items={now} /> : <p>U hebt vandaag geen gidsgesprekken.</p>}
      </section>
      {later.length > 0 && (
        <section aria-labelledby="hierna">
          <h2 id="hierna">Hierna</h2>
          <List items={later} dated />
        </section>
      )}
    </>
  );
}

function List({ items, dated = false }: { items: Schemas["SessionListed"][]; dated?: boolean }) {
  return (
    <ul class="plain lines">
      {items.map((one) => (
        <li key={one.id}>
          <a href={`/zaken/${one.intakeId}`}>
            {dated && one.startsAt && `${weekday(one.startsAt)}, `}
            {one.startsAt && one.endsAt && `${time(one.startsAt)} tot ${time(one.endsAt)} uur`}
            {": "}gesprek {one.number} van zaak {one.reference}
          </a>{" "}
          <span class="quiet-text">
            {one.mode && mode[one.mode]}
            {one.adviser && `, met ${one.adviser.name}`}
          </span>{" "}
          {one.status !== "planned" && <State kind={one.status === "held" ? "done" : "waits"}>{sessionStatus[one.status]}</State>}
        </li>
      ))}
    </ul>
  );
}
