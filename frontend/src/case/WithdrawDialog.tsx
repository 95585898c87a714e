/** The worker withdraws a consent. */

import { ask } from "../api/ask";
import { api } from "../api/client";
import { Asked } from "./Asked";
import { useCase } from "./useCase";
import type { Consent } from "./useWorker";

export function WithdrawDialog({ consent, onClose }: { consent: Consent; onClose: () => void }) {
  const { intake, done } = useCase();
  const send = async () => {
    const path = { intakeId: intake.id, consentId: consent.id };
    await ask(() => api.PUT("/intakes/{intakeId}/consents/{consentId}/withdrawal", { params: { path } }));
    onClose();
    await done("De toestemming is ingetrokken.", "werknemer");
  };
  return (
    <Asked title="Toestemming intrekken" button="Trek de toestemming in" typed={false} send={send} onClose={onClose}>
      {() =>
        consent.purpose === "invitations" ? (
          <p>Wij mailen de werknemer daarna niet meer over gidsgesprekken. De gesprekken blijven staan.</p>
        ) : (
          <p>
            Wij geven daarna niets meer aan {consent.recipient}. Heeft het loket de gegevens al en nam het de werknemer nog niet over? Dan vragen wij het loket de gegevens weg te doen, en trekken wij de doorverwijzing in.
          </p>
        )
      }
    </Asked>
  );
}
