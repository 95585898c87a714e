/** Take a referral a step further, or end it with a reason. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices, NoteField, TextField } from "../parts/Field";
import { Notice } from "../parts/Notice";
import { handedBy, referralReason, referralSentence } from "../words/case";
import { dayTyped } from "../words/dayTyped";
import { Asked, type Faults } from "./Asked";
import { MOST } from "./HolderDialog";
import { reasonsFor, type Reason, type Said } from "./steps";
import { useCase } from "./useCase";
import { useWorker, type Consent } from "./useWorker";

type Referral = Schemas["ReferralAnswer"];

const TITLE: Record<Said, string> = {
  sent: "De werknemer overdragen",
  received: "Het loket heeft het ontvangen",
  accepted: "Het loket neemt de werknemer over",
  in_contact: "Er is contact met de werknemer",
  completed: "De werknemer is geholpen",
  declined: "Het loket kan niet helpen",
  withdrawn: "De doorverwijzing intrekken",
};

const DOES: Record<Said, string> = {
  sent: "Draag over aan het loket",
  received: "Leg vast: ontvangen",
  accepted: "Leg vast: het loket neemt over",
  in_contact: "Leg vast: er is contact",
  completed: "Rond de doorverwijzing af",
  declined: "Leg vast: het loket kan niet helpen",
  withdrawn: "Trek de doorverwijzing in",
};

export function StepDialog({
  referral,
  step,
  consent,
  onClose,
  onConsent,
}: {
  referral: Referral;
  step: Said;
  consent: Consent | null;
  onClose: () => void;
  onConsent: () => void;
}) {
  const { intake, done } = useCase();
  const [reason, setReason] = useState<Reason | null>(null);
  const [note, setNote] = useState("");
  const [until, setUntil] = useState("");
  const reasons = reasonsFor(step);
  const answerBy = until.trim() ? dayTyped(until) : null;
  const check = (): Record<string, string> => ({
    ...(reasons.length && !reason ? { "step-reason": "Kies een reden." } : {}),
    ...(until.trim() && !answerBy ? { "step-until": "Vul een dag in als 4-12-2026." } : {}),
  });
  const send = async () => {
    const body = { status: step, reason, note: note.trim() || null, ...(answerBy ? { answerBy } : {}) };
    const now = await ask(() => api.PUT("/referrals/{referralId}/status", { params: { path: { referralId: referral.id } }, body }));
    onClose();
    const how = step === "sent" && now.handOver ? ` ${handedBy[now.handOver]}` : "";
    await done(`${now.name}: ${referralSentence[now.status]}${how}`, `doorverwijzing-${referral.id}`);
  };
  // As long as it is not known, nothing is said of it: the service refuses what may not go.
  const { state } = useWorker();
  const blocked = state === "here" && step === "sent" && !consent && !referral.viaEmployer;
  return (
    <Asked title={`${TITLE[step]}: ${referral.name}`} button={DOES[step]} typed={note.trim() !== "" || until.trim() !== ""} check={check} send={send} onClose={onClose}>
      {(fault) => (
        <>
          {blocked && (
            <Notice kind="waits">
              <p>De werknemer gaf nog geen toestemming. Zonder toestemming gaat er niets weg.</p>
              <button type="button" class="button" onClick={onConsent}>
                Toestemming vragen
              </button>
            </Notice>
          )}
          <Follows referral={referral} step={step} last={isLast(intake, referral)} />
          {reasons.length > 0 && (
            <Choices<Reason> label="Reden" words={pick(reasons)} value={reason} onValue={setReason} id="step-reason" fault={fault("step-reason") ?? fault("reason")} down />
          )}
          {step === "received" && (
            <TextField id="step-until" label="Wil het loket meer tijd? Tot welke dag? (hoeft niet)" hint="Bijvoorbeeld 4-12-2026; ten hoogste tien werkdagen vooruit." inputMode="numeric" value={until} onValue={setUntil} fault={untilFault(fault)} />
          )}
          <NoteField label="Toelichting (hoeft niet)" hint="Versleuteld bewaard bij deze zaak. Het loket leest dit niet." value={note} onValue={setNote} most={MOST} fault={fault("note")} />
        </>
      )}
    </Asked>
  );
}

const untilFault = (fault: Faults): string | null => fault("step-until") ?? (fault("answerBy") && "Deze dag kan niet. Kies een dag na vandaag, ten hoogste tien werkdagen vooruit.");

const pick = (reasons: Reason[]) => Object.fromEntries(reasons.map((one) => [one, referralReason[one]])) as Record<Reason, string>;

const isLast = (intake: Schemas["IntakeAnswer"], referral: Referral): boolean =>
  intake.outcome === "warm_referral" &&
  referral.answersQuestion &&
  !intake.referrals.some((one) => one.id !== referral.id && one.answersQuestion && !["completed", "declined", "expired", "withdrawn"].includes(one.status));

function Follows({ referral, step, last }: { referral: Referral; step: Said; last: boolean }) {
  if (step === "sent") {
    const name = referral.contact?.name ?? referral.name;
    return <p>Kunnen wij {name} berichten, dan sturen wij nu wat de werknemer mag delen. Anders belt u zelf; dat ziet u meteen daarna.</p>;
  }
  if ((step === "declined" || step === "withdrawn") && last) {
    return <p>Dit is de laatste doorverwijzing die loopt. De zaak gaat daarna verder met gidsgesprekken; wij plannen ze meteen.</p>;
  }
  if (step === "withdrawn") return <p>Heeft het loket de gegevens al, dan vragen wij het die weg te doen.</p>;
  return null;
}
