/** Refer to one more provision that is open to this worker. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { Asked } from "./Asked";
import { ProvisionField, type Picked } from "./ProvisionField";
import { useCase } from "./useCase";
import { useKey } from "./useKey";

export function AddReferralDialog({ onClose }: { onClose: () => void }) {
  const { intake, done } = useCase();
  const keyOf = useKey();
  const [picked, pick] = useState<Picked>({ text: "", id: null });
  const send = async () => {
    if (!picked.id) return;
    const body = { provisionId: picked.id };
    const made = await ask(() => api.POST("/intakes/{intakeId}/referrals", { params: { path: { intakeId: intake.id }, header: { "Idempotency-Key": keyOf(body) } }, body }));
    onClose();
    await done(`De doorverwijzing naar ${made.name} is toegevoegd. Er is nog niets verstuurd.`, `doorverwijzing-${made.id}`);
  };
  return (
    <Asked
      title="Doorverwijzing toevoegen"
      button="Voeg doorverwijzing toe"
      typed={picked.text !== ""}
      check={() => (picked.id ? {} : { "add-provision": "Kies een voorziening uit de lijst." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => <ProvisionField id="add-provision" value={picked} onValue={pick} fault={fault("add-provision") ?? fault("provisionId")} />}
    </Asked>
  );
}
