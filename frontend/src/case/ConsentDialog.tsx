/** The consent script: read aloud what is shared with whom, and record what the worker said. */

import { useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Dialog } from "../parts/Dialog";
import { Asking, Failure } from "../parts/Notice";
import { Asked, type Faults } from "./Asked";
import { useCase } from "./useCase";
import { useKey } from "./useKey";
import { useWorker } from "./useWorker";

type Text = Schemas["ConsentTextAnswer"];
type Data = Schemas["ContactData"];
type Referral = Schemas["ReferralAnswer"];

/** Who receives the data of a referral: the organisation of the desk, else who the catalogue names. */
export const recipientOf = (one: Referral): string => one.contact?.organisation ?? one.receiver ?? one.provider ?? one.name;

/** Ask consent to hand over by this referral; without one, to write about sessions. */
export function ConsentDialog({ referral, onClose }: { referral: Referral | null; onClose: () => void }) {
  const purpose = referral ? "hand_over" : "invitations";
  const [found, { again }] = useAnswer("consent texts", (signal) => ask(() => api.GET("/consent-texts", { params: { query: { limit: 100 } }, signal })));
  const texts = found.data?.items.filter((one) => one.purpose === purpose) ?? [];
  const text = texts.sort((one, other) => other.version.localeCompare(one.version))[0];
  if (!text) {
    return (
      <Dialog title="Toestemming vragen" onClose={onClose}>
        {found.state === "failed" ? <Failure error={found.error} again={again} /> : <Asking what="De tekst wordt opgehaald" />}
        <button type="button" class="button" onClick={onClose}>
          Sluiten
        </button>
      </Dialog>
    );
  }
  return <Script text={text} referral={referral} onClose={onClose} />;
}

function Script({ text, referral, onClose }: { text: Text; referral: Referral | null; onClose: () => void }) {
  const { intake, done } = useCase();
  const keyOf = useKey();
  const only = text.data.length === 1;
  const [data, setData] = useState<Data[]>(only ? text.data.map((one) => one.data) : []);
  const recipient = referral ? recipientOf(referral) : null;
  const body = {
    purpose: text.purpose,
    data,
    textVersion: text.version,
    ...(referral ? { provisionId: referral.provisionId, recipient } : {}),
  };
  const send = async () => {
    await ask(() => api.POST("/intakes/{intakeId}/consents", { params: { path: { intakeId: intake.id }, header: { "Idempotency-Key": keyOf(body) } }, body }));
    onClose();
    await done(referral ? `Toestemming voor ${recipient} is vastgelegd.` : "Toestemming voor uitnodigingen is vastgelegd.", referral ? `doorverwijzing-${referral.id}` : "werknemer");
  };
  const said = listed(text.data.filter((one) => data.includes(one.data)).map((one) => one.said));
  return (
    <Asked
      title={referral ? `Toestemming voor ${recipient}` : "Toestemming voor uitnodigingen"}
      button="Leg vast: de werknemer zegt ja"
      typed={!only && data.length > 0}
      check={() => (data.length ? {} : { "consent-data-0": "Kies ten minste één gegeven dat wij mogen geven." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          {!only && <Ticks text={text} data={data} setData={setData} fault={fault} />}
          <h3 id="voorlezen">Lees dit voor</h3>
          <blockquote class="case-script" aria-labelledby="voorlezen">
            {text.text.replaceAll("{recipient}", recipient ?? "").replaceAll("{data}", said || "(kies eerst de gegevens)")}
          </blockquote>
          <p class="quiet-text">Zegt de werknemer nee? Kies dan Annuleren. Er gaat niets weg.</p>
        </>
      )}
    </Asked>
  );
}

function Ticks({ text, data, setData, fault }: { text: Text; data: Data[]; setData: (data: Data[]) => void; fault: Faults }) {
  const worker = useWorker();
  const details = worker.data?.details;
  const isMissing = (one: Data) => worker.state === "here" && (one === "name" || one === "telephone" || one === "email") && !details?.[one];
  const wrong = fault("consent-data-0") ?? fault("data");
  return (
    <fieldset class="field" aria-describedby={wrong ? "consent-data-fault" : undefined}>
      <legend>Wat mogen wij geven?</legend>
      {wrong && (
        <p class="fault" id="consent-data-fault">
          <span class="visually-hidden">Fout: </span>
          {wrong}
        </p>
      )}
      <div class="choices down">
        {text.data.map((one, place) => (
          <label class="choice" key={one.data}>
            <input
              type="checkbox"
              id={`consent-data-${place}`}
              checked={data.includes(one.data)}
              onChange={(event) => setData(event.currentTarget.checked ? [...data, one.data] : data.filter((other) => other !== one.data))}
            />
            {one.said.replace(/^uw /, "")}
            {isMissing(one.data) && <span class="quiet-text"> (nog niet ingevuld)</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function listed(said: string[]): string {
  return said.length < 2 ? said.join("") : `${said.slice(0, -1).join(", ")} en ${said.at(-1)}`;
}
