/** The worker: how to reach them, and what they consented to. Kept apart from the intake. */

import { useState } from "preact/hooks";

import { Asking, Failure } from "../parts/Notice";
import { contactData } from "../words/case";
import { day } from "../words/dates";
import { ConsentDialog } from "./ConsentDialog";
import { ContactDialog } from "./ContactDialog";
import { useCase } from "./useCase";
import { consentFor, useWorker, type Consent, type Details } from "./useWorker";
import { WithdrawDialog } from "./WithdrawDialog";

export function WorkerSection() {
  const { intake, mayAct } = useCase();
  const worker = useWorker();
  const [asked, ask] = useState<"contact" | "invitations" | null>(null);
  const [withdrawn, withdraw] = useState<Consent | null>(null);
  const details = worker.data?.details ?? null;
  const invitations = consentFor(worker.data, null);
  return (
    <section aria-labelledby="werknemer" data-part="werknemer">
      <h2 id="werknemer" tabIndex={-1}>
        De werknemer
      </h2>
      {worker.state === "asking" && <Asking what="Gegevens van de werknemer worden opgehaald" />}
      {worker.state === "failed" && <Failure error={worker.error} again={worker.again} />}
      {worker.state === "here" && (
        <>
          <h3>Bereikbaar</h3>
          <Reach details={details} />
          <h3>Toestemmingen</h3>
          <Consents consents={worker.data.consents} onWithdraw={mayAct ? withdraw : null} />
          {mayAct && (
            <div class="buttons">
              <button type="button" class="button" onClick={() => ask("contact")}>
                {details ? "Contactgegevens wijzigen" : "Contactgegevens invullen"}
              </button>
              {intake.outcome === "guidance" && !invitations && (
                <button type="button" class="button" onClick={() => ask("invitations")}>
                  Toestemming voor uitnodigingen vragen
                </button>
              )}
            </div>
          )}
        </>
      )}
      {asked === "contact" && <ContactDialog details={details} onClose={() => ask(null)} />}
      {asked === "invitations" && <ConsentDialog referral={null} onClose={() => ask(null)} />}
      {withdrawn && <WithdrawDialog consent={withdrawn} onClose={() => withdraw(null)} />}
    </section>
  );
}

function Reach({ details }: { details: Details | null }) {
  if (!details) return <p>Er zijn nog geen contactgegevens. Ze staan apart van de intake, versleuteld.</p>;
  return (
    <dl class="case-facts">
      <div>
        <dt>Naam</dt>
        <dd>{details.name ?? "niet gegeven"}</dd>
      </div>
      <div>
        <dt>Telefoon</dt>
        <dd>{details.telephone ? <a href={`tel:${details.telephone.replace(/[^+0-9]/g, "")}`}>{details.telephone}</a> : "niet gegeven"}</dd>
      </div>
      <div>
        <dt>E-mail</dt>
        <dd>{details.email ? <a href={`mailto:${details.email}`}>{details.email}</a> : "niet gegeven"}</dd>
      </div>
    </dl>
  );
}

function Consents({ consents, onWithdraw }: { consents: Consent[]; onWithdraw: ((consent: Consent) => void) | null }) {
  if (!consents.length) return <p>De werknemer heeft nog nergens toestemming voor gegeven.</p>;
  return (
    <ul>
      {consents.map((one) => (
        <li key={one.id}>
          {one.purpose === "invitations" ? "Uitnodigingen per e-mail" : one.recipient}: {one.data.map((data) => contactData[data]).join(", ")}. Gegeven op {day(one.givenAt)}
          {one.withdrawnAt ? `, ingetrokken op ${day(one.withdrawnAt)}.` : "."}{" "}
          {onWithdraw && !one.withdrawnAt && (
            <button type="button" class="button quiet" onClick={() => onWithdraw(one)}>
              Intrekken<span class="visually-hidden">: toestemming voor {one.purpose === "invitations" ? "uitnodigingen" : one.recipient}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
