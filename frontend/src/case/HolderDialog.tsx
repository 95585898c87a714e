/** Take a case over, or let it wait for a colleague. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices, NoteField } from "../parts/Field";
import { holderReason } from "../words/case";
import { Asked } from "./Asked";
import { useCase } from "./useCase";

export const MOST = 2000;

export function HolderDialog({ taking, onClose }: { taking: boolean; onClose: () => void }) {
  const { intake, done } = useCase();
  const [reason, setReason] = useState<Schemas["HolderReason"] | null>(null);
  const [note, setNote] = useState("");
  const send = async () => {
    if (!reason) return;
    const body = { holder: taking ? ("me" as const) : ("nobody" as const), reason, note: note.trim() || null };
    await ask(() => api.PUT("/intakes/{intakeId}/holder", { params: { path: { intakeId: intake.id } }, body }));
    onClose();
    await done(taking ? "U behandelt nu deze zaak." : "De zaak wacht nu op een collega van uw organisatie.", "zaak-kop");
  };
  return (
    <Asked
      title={taking ? "Zaak overnemen" : "Zaak aan een collega geven"}
      button={taking ? "Neem de zaak over" : "Laat de zaak wachten op een collega"}
      typed={note.trim() !== ""}
      check={() => (reason ? {} : { "holder-reason": "Kies een reden." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          <p>
            {taking
              ? `${intake.holder ? `${intake.holder.name} behandelt deze zaak nu en` : "Wie de zaak eerder behandelde,"} leest uw reden.`
              : "Een collega van uw organisatie kan de zaak daarna overnemen. Tot dan behandelt niemand de zaak."}
          </p>
          <Choices label="Reden" words={holderReason} value={reason} onValue={setReason} id="holder-reason" fault={fault("holder-reason")} down />
          <NoteField label="Toelichting (hoeft niet)" hint="De vorige behandelaar leest dit." value={note} onValue={setNote} most={MOST} fault={fault("note")} />
        </>
      )}
    </Asked>
  );
}
