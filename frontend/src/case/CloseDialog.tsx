/** End the guidance before three sessions were held. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices } from "../parts/Field";
import { sessionReason } from "../words/case";
import { Asked } from "./Asked";
import { GivenBack } from "./GivenBack";
import { useCase, type SessionAnswer } from "./useCase";

export function CloseDialog({ onClose }: { onClose: () => void }) {
  const { intake, done } = useCase();
  const [reason, setReason] = useState<Schemas["CancelReason"] | null>(null);
  const now = new Date();
  const past = intake.sessions.filter((one) => one.status === "planned" && one.startsAt && new Date(one.startsAt) <= now);
  const by = closedBy(intake.sessions, now);
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
          {past.length > 0 && <p>Let op: van gidsgesprek {past.map((one) => one.number).join(" en ")} is nog niet vastgelegd hoe het ging. Dat kan daarna ook nog.</p>}
          {cancels && <Choices label="Waarom stopt de begeleiding?" words={sessionReason} value={reason} onValue={setReason} id="close-reason" fault={fault("close-reason") ?? fault("reason")} down />}
          <p>Dit kunt u niet terugdraaien. Voor een nieuwe vraag begint u een nieuwe intake.</p>
        </>
      )}
    </Asked>
  );
}

/**
 * Choose the session with which the guidance closes: the API closes it with the outcome of one.
 *
 * What lies ahead first, as it is cancelled anyway; else one that has ended, as it ended.
 */
export function closedBy(sessions: SessionAnswer[], now: Date): SessionAnswer | null {
  const ahead = sessions.find((one) => one.status === "waiting" || (one.status === "planned" && one.startsAt && new Date(one.startsAt) > now));
  return ahead ?? sessions.find((one) => one.status !== "planned") ?? sessions[0] ?? null;
}
