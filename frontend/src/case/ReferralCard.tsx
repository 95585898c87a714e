/** One warm referral: why it fits, who stands at the other end, how far it is, and what comes next. */

import { useState } from "preact/hooks";

import type { Schemas } from "../api/client";
import { State } from "../parts/Notice";
import { handedBy, referralKind, referralReason, referralSentence, side, verdict } from "../words/case";
import { day, moment } from "../words/dates";
import { referralStatus, service } from "../words/terms";
import { ConsentDialog, recipientOf } from "./ConsentDialog";
import { HandOverText } from "./HandOverText";
import { StepDialog } from "./StepDialog";
import { isOpen, stepsOf, type Said } from "./steps";
import { useCase } from "./useCase";
import { consentFor, useWorker } from "./useWorker";

type Referral = Schemas["ReferralAnswer"];

const BUTTON: Record<Said, string> = {
  sent: "Overdragen",
  received: "Ontvangen, of meer tijd",
  accepted: "Loket neemt over",
  in_contact: "Er is contact",
  completed: "Afronden",
  declined: "Loket kan niet helpen",
  withdrawn: "Intrekken",
};

export function ReferralCard({ referral }: { referral: Referral }) {
  const heading = `doorverwijzing-${referral.id}`;
  const state = (
    <State kind={referral.waitsSince && isOpen(referral.status) ? "fault" : referralKind[referral.status]}>{referralStatus[referral.status]}</State>
  );
  return (
    <article class="card" aria-labelledby={heading} data-part={heading}>
      <h3 id={heading} tabIndex={-1}>
        {referral.name}
      </h3>
      <p>
        {state} {referralSentence[referral.status]} {referral.answerBy && isOpen(referral.status) && `Antwoord uiterlijk ${day(referral.answerBy)}.`}
        {referral.waitsSince && isOpen(referral.status) && " De tijd is voorbij: het is nu aan u."}
      </p>
      <p>
        <strong>{capital(verdict[referral.verdict])}</strong>
        {referral.provider && `, ${referral.provider}`}
        {referral.side && `, ${side[referral.side]}`}. Dienst: {referral.services.map((one) => service[one]).join(", ")}.{" "}
        {!referral.answersQuestion && isOpen(referral.status) && "Komt naast de gidsgesprekken."}
      </p>
      <Why referral={referral} />
      {isOpen(referral.status) && <Contact referral={referral} />}
      <Steps referral={referral} />
      <WhatWasSaid referral={referral} />
    </article>
  );
}

const capital = (said: string) => said.charAt(0).toUpperCase() + said.slice(1);

function Why({ referral }: { referral: Referral }) {
  return (
    <>
      {referral.reasons.length > 0 && (
        <>
          <h4>Waarom dit past</h4>
          <ul>
            {referral.reasons.map((one) => (
              <li key={one.code}>{one.detail}</li>
            ))}
          </ul>
        </>
      )}
      {referral.toConfirm.length > 0 && (
        <>
          <h4>Nog te vragen</h4>
          <ul>
            {referral.toConfirm.map((one) => (
              <li key={one.code}>{one.question}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Contact({ referral }: { referral: Referral }) {
  const { contact } = referral;
  if (referral.viaEmployer) return <p>De werknemer gaat hier zelf naartoe via de werkgever. Wij vertellen de werkgever niets.</p>;
  if (!contact) return <p>Wij kennen hier geen loket. Zoek op wie de werknemer ontvangt, bel zelf, en leg vast wat er is gezegd.</p>;
  return (
    <>
      <h4>Loket</h4>
      <p>
        {contact.name}, {contact.organisation}
        {contact.demo && " (verzonnen, voor de demo)"}
        {contact.telephone && (
          <>
            <br />
            Telefoon: <a href={`tel:${contact.telephone.replace(/[^+0-9]/g, "")}`}>{contact.telephone}</a>
          </>
        )}
        {contact.email && (
          <>
            <br />
            E-mail: <a href={`mailto:${contact.email}`}>{contact.email}</a>
          </>
        )}
        {contact.opening && (
          <>
            <br />
            Open: {contact.opening}
          </>
        )}
      </p>
    </>
  );
}

/** Consent, the text to hand over with, and where the referral can go from here. */
function Steps({ referral }: { referral: Referral }) {
  const { mayAct } = useCase();
  const worker = useWorker();
  const [step, take] = useState<Said | null>(null);
  const [asking, ask] = useState(false);
  const steps = stepsOf(referral);
  const consent = consentFor(worker.data, referral.provisionId);
  const needsConsent = !referral.viaEmployer && isOpen(referral.status);
  const other = consent && referral.status === "proposed" && consent.recipient !== recipientOf(referral) ? consent.recipient : null;
  return (
    <>
      {needsConsent && worker.state === "here" && (
        <p>
          <strong>Toestemming:</strong>{" "}
          {other
            ? `gegeven voor ${other}, maar het loket is nu van ${recipientOf(referral)}. Trek de toestemming in en vraag het opnieuw.`
            : consent
              ? `gegeven voor ${consent.recipient}.`
              : "nog niet gevraagd."}
        </p>
      )}
      {referral.handOver && <p>{handedBy[referral.handOver]}</p>}
      {consent && isOpen(referral.status) && <HandOverText referral={referral} consent={consent} />}
      {mayAct && steps.length > 0 && (
        <div class="buttons">
          {needsConsent && worker.state === "here" && !consent && (
            <button type="button" class="button first" onClick={() => ask(true)}>
              Toestemming vragen
            </button>
          )}
          {steps.map((one) => (
            <button type="button" key={one} class={one === "sent" && consent ? "button first" : "button"} onClick={() => take(one)}>
              {BUTTON[one]}
            </button>
          ))}
        </div>
      )}
      {step && <StepDialog referral={referral} step={step} consent={consent} onClose={() => take(null)} onConsent={() => { take(null); ask(true); }} />}
      {asking && <ConsentDialog referral={referral} onClose={() => ask(false)} />}
    </>
  );
}

const WHO: Record<Schemas["Party"], string> = { adviser: "adviseur", desk: "loket", system: "vanzelf" };

function WhatWasSaid({ referral }: { referral: Referral }) {
  if (!referral.changes.length) return null;
  return (
    <details>
      <summary>Wat er is gezegd ({referral.changes.length})</summary>
      <ol>
        {referral.changes.map((one) => (
          <li key={one.at}>
            {moment(one.at)}, {WHO[one.party]}: {referralStatus[one.status]}
            {one.reason && `, ${referralReason[one.reason]}`}
            {one.answerBy && `, antwoord uiterlijk ${day(one.answerBy)}`}
            {one.note && <p class="case-note">{one.note}</p>}
          </li>
        ))}
      </ol>
    </details>
  );
}
