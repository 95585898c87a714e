/** How a session ended, what follows, and one note. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices, NoteField } from "../parts/Field";
import { sessionReason } from "../words/case";
import { Asked } from "./Asked";
import { GivenBack } from "./GivenBack";
import { MOST_NOTE, WHO_READS } from "./NoteDialog";
import { whenOf } from "./SessionItem";
import { useCase, type SessionAnswer } from "./useCase";

type Ending = Schemas["SessionOutcomeIn"]["outcome"];
type Next = NonNullable<Schemas["SessionOutcomeIn"]["nextStep"]>;

const ENDINGS: Record<Ending, string> = { held: "gehouden", missed: "gemist: de werknemer kwam niet", cancelled: "afgezegd" };
const NEXT: Record<Next, string> = { continue: "verder met de gidsgesprekken", close: "afsluiten: er volgen geen gidsgesprekken meer" };

export function ConcludeDialog({ session, onClose }: { session: SessionAnswer; onClose: () => void }) {
  const { intake, done } = useCase();
  const waiting = session.status === "waiting";
  const [outcome, setOutcome] = useState<Ending | null>(waiting ? "cancelled" : null);
  const [reason, setReason] = useState<Schemas["CancelReason"] | null>(null);
  const [next, setNext] = useState<Next | null>(null);
  const [note, setNote] = useState("");
  const last = outcome !== null && outcome !== "cancelled" && intake.sessions.filter((one) => one.status === "held" || one.status === "missed").length === 2;
  const check = (): Record<string, string> => ({
    ...(outcome ? {} : { "session-outcome": "Kies hoe het gesprek ging." }),
    ...(outcome === "cancelled" && !reason ? { "session-reason": "Kies een reden." } : {}),
    ...(next || last ? {} : { "session-next": "Kies wat er volgt." }),
  });
  const send = async () => {
    if (!outcome) return;
    const body: Schemas["SessionOutcomeIn"] = {
      outcome,
      nextStep: next ?? "continue",
      ...(outcome === "cancelled" && reason ? { reason } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    };
    await ask(() => api.PUT("/sessions/{sessionId}/outcome", { params: { path: { sessionId: session.id } }, body }));
    onClose();
    await done(`Gidsgesprek ${session.number}: ${ENDINGS[outcome]}.${next === "close" || last ? " De begeleiding is afgesloten." : ""}`, next === "close" || last ? "gesprekken" : `gesprek-${session.id}`);
  };
  const button = outcome === "cancelled" ? "Zeg het gesprek af" : "Leg vast hoe het ging";
  return (
    <Asked title={`${waiting ? "Afzeggen" : "Hoe ging het"}: gidsgesprek ${session.number}`} button={next === "close" ? `${button} en sluit af` : button} typed={note.trim() !== ""} check={check} send={send} onClose={onClose}>
      {(fault) => (
        <>
          <p>{whenOf(session)}</p>
          {!waiting && <Choices label="Hoe ging het gesprek?" words={ENDINGS} value={outcome} onValue={setOutcome} id="session-outcome" fault={fault("session-outcome") ?? fault("outcome")} down />}
          {outcome === "cancelled" && (
            <>
              <Choices label="Waarom gaat het niet door?" words={sessionReason} value={reason} onValue={setReason} id="session-reason" fault={fault("session-reason") ?? fault("reason")} down />
              <p>Een afgezegd gesprek telt niet mee: het nummer komt weer vrij.</p>
            </>
          )}
          {last ? (
            <p>Dit is het derde gesprek. De begeleiding wordt daarna vanzelf afgesloten.</p>
          ) : (
            <Choices label="Wat volgt er?" words={NEXT} value={next} onValue={setNext} id="session-next" fault={fault("session-next")} down />
          )}
          {next === "close" && <GivenBack except={session.id} />}
          <NoteField label="Notitie (hoeft niet)" hint={WHO_READS} value={note} onValue={setNote} most={MOST_NOTE} fault={fault("note")} />
        </>
      )}
    </Asked>
  );
}
