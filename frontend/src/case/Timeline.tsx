/** What happened in the case, newest first. */

import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure } from "../parts/Notice";
import { codeOf, event as eventWords } from "../words/case";
import { moment } from "../words/dates";
import { outcome, referralStatus } from "../words/terms";
import { coming, type CaseEvent } from "./contract";
import { useCase, type Intake } from "./useCase";

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
                <Entry event={one} intake={intake} />
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
    const found: Page = await ask(() => coming.GET("/intakes/{intakeId}/events", { params: { path: { intakeId: id }, query }, signal }));
    items.push(...found.items);
    next = found.next;
    if (!next) break;
  }
  return { items, next };
}

function Entry({ event, intake }: { event: CaseEvent; intake: Intake }) {
  const more = aboutOf(event, intake);
  return (
    <>
      <p class="quiet-text">
        <time dateTime={event.at}>{moment(event.at)}</time>, {whoOf(event)}
      </p>
      <p>
        <strong>{eventWords[event.type]}</strong>
        {more && `: ${more}`}
      </p>
      {event.note && <p class="case-note">{event.note}</p>}
    </>
  );
}

const BY: Record<CaseEvent["by"], string> = { adviser: "adviseur", desk: "het loket", system: "vanzelf" };

const whoOf = (event: CaseEvent): string => event.adviser?.name ?? BY[event.by];

function aboutOf(event: CaseEvent, intake: Intake): string {
  const referral = intake.referrals.find((one) => one.id === event.referralId)?.name;
  const number = intake.sessions.find((one) => one.id === event.sessionId)?.number;
  return [referral, number && `nummer ${number}`, saidOf(event)].filter(Boolean).join(", ");
}

function saidOf({ type, code }: CaseEvent): string | null {
  if (code === null) return null;
  if (type === "referral_status" && code in referralStatus) return referralStatus[code as keyof typeof referralStatus];
  if (code in outcome) return outcome[code as keyof typeof outcome];
  return codeOf(code);
}
