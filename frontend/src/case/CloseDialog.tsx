/** End the guidance before three sessions were held. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices } from "../parts/Field";
import { sessionReason } from "../words/case";
import { Asked } from "./Asked";
import { GivenBack } from "./GivenBack";
import { closedBy } from "./sessions";
import { useCase } from "./useCase";

export function CloseDialog({ onClose }: { onClose: () => void }) {
  const { intake, done } = useCase();
  const [reason, setReason] = useState<Schemas["CancelReason"] | null>(null);
  const now = new Date();
  const past = intake.sessions.filter((one) => one.status === "planned" && one.startsAt && new Date(one.startsAt) <= now);
  const by = closedBy(intake.sessions, now);
  const others = past.filter((one) => one !== by);
  const cancels = by !== null && by.status !== "held" && by.status !== "missed" && by.status !== "cancelled";
  const send = async () => {
    if (!by) return;
    const outcome: Schemas["SessionOutcomeIn"]["outcome"] = by.status === "held" || by.status === "missed" ? by.status : "cancelled";
    const body: Schemas["SessionOutcomeIn"] = { outcome, nextStep: "close", ...(cancels && reason ? { reason } : {}) };
    await ask(() => api.PUT("/sessions/{sessionId}/outcome", { params: { path: { sessionId: by.id } }, body }));
    onClose();
    await done("De begeleiding is afgesloten.", "gesprekken");
  };
  return (
    <Asked
      title="Begeleiding afsluiten"
      button="Sluit de begeleiding af"
      typed={false}
      check={() => (cancels && !reason ? { "close-reason": "Kies een reden." } : {})}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          <GivenBack />
          {others.length > 0 && <p>Let op: van gidsgesprek {others.map((one) => one.number).join(" en ")} is nog niet vastgelegd hoe het ging. Dat kan daarna ook nog.</p>}
          {by && past.includes(by) && <p>Let op: van gidsgesprek {by.number} is nog niet vastgelegd hoe het ging. Het geldt dan als afgezegd. Ging het wel door? Annuleer, en leg dat eerst vast.</p>}
          {cancels && <Choices label="Waarom stopt de begeleiding?" words={sessionReason} value={reason} onValue={setReason} id="close-reason" fault={fault("close-reason") ?? fault("reason")} down />}
          <p>Dit kunt u niet terugdraaien. Voor een nieuwe vraag begint u een nieuwe intake.</p>
        </>
      )}
    </Asked>
  );
}
