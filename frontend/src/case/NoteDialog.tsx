/** The one note of a session: written, corrected or taken away. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { NoteField } from "../parts/Field";
import { Asked } from "./Asked";
import { useCase, type SessionAnswer } from "./useCase";

export const MOST_NOTE = 1000;
export const WHO_READS = "Versleuteld bewaard. Alleen adviseurs die deze zaak mogen zien, lezen dit. De werknemer mag het opvragen.";

export function NoteDialog({ session, onClose }: { session: SessionAnswer; onClose: () => void }) {
  const { done } = useCase();
  const [note, setNote] = useState(session.note ?? "");
  const said = note.trim() || null;
  const send = async () => {
    await ask(() => api.PUT("/sessions/{sessionId}/note", { params: { path: { sessionId: session.id } }, body: { note: said } }));
    onClose();
    await done(said ? "De notitie is bewaard." : "De notitie is weggehaald.", `gesprek-${session.id}`);
  };
  return (
    <Asked
      title={`Notitie bij gidsgesprek ${session.number}`}
      button={said || !session.note ? "Bewaar de notitie" : "Haal de notitie weg"}
      typed={said !== (session.note ?? null)}
      check={() => (said || session.note ? {} : { "session-note": "Schrijf eerst een notitie." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => <NoteField id="session-note" label="Notitie" hint={WHO_READS} value={note} onValue={setNote} most={MOST_NOTE} fault={fault("session-note") ?? fault("note")} />}
    </Asked>
  );
}
