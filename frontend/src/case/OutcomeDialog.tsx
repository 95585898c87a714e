/** Decide otherwise than the rule, with a reason that is kept and counted. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices, NoteField } from "../parts/Field";
import { outcomeReason } from "../words/case";
import { moment } from "../words/dates";
import { Asked } from "./Asked";
import { MOST } from "./HolderDialog";
import { ProvisionField, type Picked } from "./ProvisionField";
import { liesAhead } from "./sessions";
import { isOpen } from "./steps";
import { useCase } from "./useCase";

type Reason = Schemas["OutcomeIn"]["reason"];

const OF_GUIDANCE = (({ worker_prefers, provision_unsuitable, provision_unreachable, other }) => ({ worker_prefers, provision_unsuitable, provision_unreachable, other }))(outcomeReason) satisfies Partial<Record<Reason, string>>;
const OF_REFERRAL = (({ provision_found, worker_prefers, other }) => ({ provision_found, worker_prefers, other }))(outcomeReason) satisfies Partial<Record<Reason, string>>;

export function OutcomeDialog({ onClose }: { onClose: () => void }) {
  const { intake, done } = useCase();
  const toGuidance = intake.outcome === "warm_referral";
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState("");
  const [picked, pick] = useState<Picked>({ text: "", id: null });
  const check = (): Record<string, string> => ({
    ...(!toGuidance && !picked.id ? { "outcome-provision": "Kies een voorziening uit de lijst." } : {}),
    ...(reason ? {} : { "outcome-reason": "Kies een reden." }),
  });
  const send = async () => {
    if (!reason) return;
    const body = {
      outcome: toGuidance ? ("guidance" as const) : ("warm_referral" as const),
      reason,
      note: note.trim() || null,
      provisionId: toGuidance ? null : picked.id,
    };
    await ask(() => api.PUT("/intakes/{intakeId}/outcome", { params: { path: { intakeId: intake.id } }, body }));
    onClose();
    await done(toGuidance ? "Uw beslissing is bewaard." : `Uw beslissing is bewaard: verder met ${picked.text}.`, toGuidance ? "gesprekken" : "doorverwijzingen");
  };
  return (
    <Asked
      title="Anders beslissen"
      button={toGuidance ? "Kies gidsgesprekken" : "Kies een warme doorverwijzing"}
      typed={note.trim() !== "" || picked.text !== ""}
      check={check}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          {toGuidance ? <ToGuidance /> : <ToReferral />}
          {!toGuidance && (
            <ProvisionField id="outcome-provision" value={picked} onValue={pick} fault={fault("outcome-provision") ?? fault("provisionId")} />
          )}
          <Choices<Reason> label="Reden" hint="De reden wordt bewaard en geteld." words={(toGuidance ? OF_GUIDANCE : OF_REFERRAL) as Record<Reason, string>} value={reason} onValue={setReason} id="outcome-reason" fault={fault("outcome-reason") ?? fault("reason")} down />
          <NoteField label="Toelichting (hoeft niet)" value={note} onValue={setNote} most={MOST} fault={fault("note")} />
        </>
      )}
    </Asked>
  );
}

function ToGuidance() {
  const { intake } = useCase();
  const open = intake.referrals.filter((one) => isOpen(one.status) && one.answersQuestion);
  return (
    <>
      <p>Nu leidt deze zaak tot een warme doorverwijzing. U kiest voor gidsgesprekken: wij plannen meteen zo veel gesprekken als bij de intake is gevraagd.</p>
      {open.length > 0 && <p>Deze doorverwijzingen trekken wij in: {open.map((one) => one.name).join(", ")}.</p>}
    </>
  );
}

function ToReferral() {
  const { intake } = useCase();
  const ahead = intake.sessions.filter((one) => liesAhead(one, new Date()));
  return (
    <>
      <p>Nu leidt deze zaak tot gidsgesprekken. U kiest voor een warme doorverwijzing, ook als de regels die niet noemen.</p>
      {ahead.length > 0 && (
        <>
          <p>Deze gidsgesprekken zeggen wij af:</p>
          <ul>
            {ahead.map((one) => (
              <li key={one.id}>
                Gidsgesprek {one.number}, {one.startsAt ? moment(one.startsAt) : "wacht op een plek"}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
