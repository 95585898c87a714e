/** How the worker can be reached. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { TextField } from "../parts/Field";
import { Asked } from "./Asked";
import { useCase } from "./useCase";
import type { Details } from "./useWorker";

export function ContactDialog({ details, onClose }: { details: Details | null; onClose: () => void }) {
  const { intake, done } = useCase();
  const [name, setName] = useState(details?.name ?? "");
  const [telephone, setTelephone] = useState(details?.telephone ?? "");
  const [email, setEmail] = useState(details?.email ?? "");
  const said = { name: name.trim() || null, telephone: telephone.trim() || null, email: email.trim() || null };
  const typed = said.name !== (details?.name ?? null) || said.telephone !== (details?.telephone ?? null) || said.email !== (details?.email ?? null);
  const send = async () => {
    await ask(() => api.PUT("/intakes/{intakeId}/contact-details", { params: { path: { intakeId: intake.id } }, body: said }));
    onClose();
    await done("De contactgegevens zijn bewaard.", "werknemer");
  };
  return (
    <Asked
      title="Contactgegevens van de werknemer"
      button="Bewaar contactgegevens"
      typed={typed}
      check={() => (said.name || said.telephone || said.email ? {} : { "contact-name": "Vul ten minste een naam, telefoonnummer of e-mailadres in." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          <p>Vul alleen in wat de werknemer wil geven. Het gaat pas naar een loket als de werknemer daar toestemming voor geeft.</p>
          <TextField id="contact-name" label="Naam" value={name} onValue={setName} most={120} fault={fault("contact-name") ?? fault("name")} autoFocus />
          <TextField label="Telefoon" hint="Bijvoorbeeld 06 12345678" inputMode="tel" value={telephone} onValue={setTelephone} most={40} fault={fault("telephone") && "Dit is geen telefoonnummer. Bijvoorbeeld 06 12345678 of +32 470 12 34 56."} />
          <TextField label="E-mail" hint="Bijvoorbeeld naam@voorbeeld.nl" inputMode="email" value={email} onValue={setEmail} most={254} fault={fault("email") && "Dit is geen e-mailadres. Bijvoorbeeld naam@voorbeeld.nl."} />
        </>
      )}
    </Asked>
  );
}
