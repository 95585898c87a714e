/** One guidance session: when, how and with whom, and what can be done with it. */

import { useState } from "preact/hooks";

import { State } from "../parts/Notice";
import { sessionReason, type Kind } from "../words/case";
import { longDay, time } from "../words/dates";
import { mode, sessionStatus } from "../words/terms";
import { ConcludeDialog } from "./ConcludeDialog";
import { NoteDialog } from "./NoteDialog";
import { SlotDialog } from "./SlotDialog";
import { useCase, type SessionAnswer } from "./useCase";

const KIND: Record<SessionAnswer["status"], Kind> = { waiting: "waits", planned: "told", held: "done", missed: "fault", cancelled: "told" };

export function SessionItem({ session }: { session: SessionAnswer }) {
  const { intake, mayAct } = useCase();
  const [asked, ask] = useState<"place" | "end" | "note" | null>(null);
  const heading = `gesprek-${session.id}`;
  const open = intake.outcome === "guidance" && !intake.closedAt;
  const { status } = session;
  const isAhead = session.startsAt !== null && new Date(session.startsAt) > new Date();
  return (
    <article class="card" aria-labelledby={heading} data-part={heading}>
      <h3 id={heading} tabIndex={-1}>
        Gidsgesprek {session.number}
      </h3>
      <p>
        <State kind={KIND[status]}>{sessionStatus[status]}</State> {session.startsAt ? whenOf(session) : "Er is nog geen plek."}
        {session.mode && `, ${mode[session.mode]}`}
        {session.adviser && `, met ${session.adviser.name}`}
        {session.reason && `. Reden: ${sessionReason[session.reason]}`}
      </p>
      {session.note && (
        <>
          <h4>Notitie</h4>
          <p class="case-note">{session.note}</p>
        </>
      )}
      {mayAct && (
        <div class="buttons">
          {open && (status === "planned" || status === "waiting") && (
            <button type="button" class="button" onClick={() => ask("place")}>
              {status === "waiting" ? "Plek kiezen" : "Verzetten"}
              <span class="visually-hidden"> gidsgesprek {session.number}</span>
            </button>
          )}
          {(status === "planned" || status === "waiting") && (
            <button type="button" class="button" onClick={() => ask("end")}>
              {status === "waiting" ? "Afzeggen" : isAhead ? "Afzeggen of afronden" : "Vastleggen hoe het ging"}
              <span class="visually-hidden"> gidsgesprek {session.number}</span>
            </button>
          )}
          {(status === "held" || status === "missed" || status === "cancelled") && (
            <button type="button" class="button" onClick={() => ask("note")}>
              {session.note ? "Notitie verbeteren" : "Notitie schrijven"}
              <span class="visually-hidden"> bij gidsgesprek {session.number}</span>
            </button>
          )}
        </div>
      )}
      {asked === "place" && <SlotDialog session={session} onClose={() => ask(null)} />}
      {asked === "end" && <ConcludeDialog session={session} onClose={() => ask(null)} />}
      {asked === "note" && <NoteDialog session={session} onClose={() => ask(null)} />}
    </article>
  );
}

export function whenOf({ startsAt, endsAt }: { startsAt: string | null; endsAt: string | null }): string {
  if (!startsAt) return "nog geen plek";
  return `${longDay(startsAt)}, ${time(startsAt)}${endsAt ? ` tot ${time(endsAt)}` : ""} uur`;
}
