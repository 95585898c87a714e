/** What happened in the case, newest first. */

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure } from "../parts/Notice";
import { codeOf, event as eventWords } from "../words/case";
import { moment } from "../words/dates";
import { referralStatus } from "../words/terms";
import { useCase } from "./useCase";

type CaseEvent = Schemas["EventAnswer"];

const AT_ONCE = 20;

export function Timeline() {
  const { intake, round } = useCase();
  const [pages, setPages] = useState(1);
  const [found, { again }] = useAnswer(`events ${intake.id}`, (signal) => readPages(intake.id, pages, signal));
  useEffect(() => {
    if (round || pages > 1) again();
  }, [round, pages, again]);
  return (
    <section aria-labelledby="tijdlijn" data-part="tijdlijn">
      <h2 id="tijdlijn" tabIndex={-1}>
        Tijdlijn
      </h2>
      {found.state === "asking" && <Asking what="De tijdlijn wordt opgehaald" />}
      {found.state === "failed" && <Failure error={found.error} again={again} />}
      {found.state === "here" && (
        <>
          <ol class="plain case-time">
            {found.data.items.map((one, place) => (
              <li key={`${one.at}-${place}`}>
                <Entry event={one} />
              </li>
            ))}
          </ol>
          {found.data.next && (
            <button type="button" class="button" onClick={() => setPages((one) => one + 1)}>
              Toon wat eerder gebeurde
            </button>
          )}
        </>
      )}
    </section>
  );
}

type Page = { items: CaseEvent[]; next: string | null };

async function readPages(id: string, pages: number, signal: AbortSignal): Promise<Page> {
  const items: CaseEvent[] = [];
  let next: string | null = null;
  for (let page = 0; page < pages; page += 1) {
    const query: { limit: number; after?: string } = { limit: AT_ONCE, ...(next ? { after: next } : {}) };
    const found: Page = await ask(() => api.GET("/intakes/{intakeId}/events", { params: { path: { intakeId: id }, query }, signal }));
    items.push(...found.items);
    next = found.next;
    if (!next) break;
  }
  return { items, next };
}

function Entry({ event }: { event: CaseEvent }) {
  const more = aboutOf(event);
  return (
    <>
      <p class="quiet-text">
        <time dateTime={event.at}>{moment(event.at)}</time>
        {whoOf(event)}
      </p>
      <p>
        <strong>{eventWords[event.type]}</strong>
        {more && `: ${more}`}
      </p>
      {event.note && <p class="case-note">{event.note}</p>}
    </>
  );
}

const BY: Record<Schemas["Party"], string> = { adviser: "een adviseur", desk: "het loket", system: "vanzelf" };

function whoOf({ type, by, adviser }: CaseEvent): string {
  // Of a change of holder it is who holds the case since.
  if (adviser && type !== "holder_changed") return `, ${adviser.name}`;
  return by ? `, ${BY[by]}` : "";
}

function aboutOf(event: CaseEvent): string {
  const holder = event.type === "holder_changed" && (event.adviser?.name ?? "wacht op een collega");
  const number = event.sessionNumber !== null && `gidsgesprek ${event.sessionNumber}`;
  return [event.referral?.name, holder, number, saidOf(event)].filter(Boolean).join(", ");
}

function saidOf({ type, code }: CaseEvent): string | null {
  if (code === null) return null;
  if (type === "referral_status" && code in referralStatus) return referralStatus[code as keyof typeof referralStatus];
  return codeOf(code);
}
