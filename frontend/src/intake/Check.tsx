/** What there is for this worker, as it stands now. The button decides; this only shows. */

import type { Schemas } from "../api/client";
import { Failure, State } from "../parts/Notice";
import { service } from "../words/terms";
import type { Answers } from "../keeping/answers";
import type { Check, Checked } from "./useCheck";

type Proven = Schemas["ProvenAnswer"];

export function CheckPane({ checked, onAnswer, onGoTo }: { checked: Checked; onAnswer: (change: Partial<Answers>) => void; onGoTo: (field: string) => void }) {
  const { check, error } = checked;
  return (
    <section class="beside" aria-labelledby="check">
      <h2 id="check" tabIndex={-1}>
        Wat is er al voor deze werknemer?
      </h2>
      <p role="status">{check ? told(check) : error === null ? "Vul de sector in; dan kijken we meteen." : ""}</p>
      {error !== null && <Failure error={error} />}
      {check && (
        <>
          <Question check={check} onAnswer={onAnswer} onGoTo={onGoTo} />
          <Provisions title="Past bij de vraag" items={check.referrals} />
          <Skills check={check} />
          <Provisions title="Ook open, voor iets anders" items={check.alsoAvailable} folded />
          <Provisions title="Zelf te gebruiken" items={check.signposts} folded />
          <Refusals check={check} />
        </>
      )}
    </section>
  );
}

function told(check: Check): string {
  const count = check.referrals.length;
  const found = count === 0 ? "Geen voorziening die past" : count === 1 ? "1 voorziening die past" : `${count} voorzieningen die passen`;
  return check.outcome === "warm_referral" ? `${found}: dit wordt een warme doorverwijzing.` : `${found}: dit worden gidsgesprekken.`;
}

/** The one question that would settle most. */
function Question({ check, onAnswer, onGoTo }: { check: Check; onAnswer: (change: Partial<Answers>) => void; onGoTo: (field: string) => void }) {
  const question = check.questions[0];
  if (!question) return null;
  const { field, answers } = question;
  const direct = field === "employment" || field === "jobLoss" || field === "purpose" ? field : null;
  return (
    <div class="notice waits">
      <h3>Dit wilt u nog weten</h3>
      <p>{question.question}</p>
      {direct && answers ? (
        <div class="buttons">
          {answers.map((one) => (
            <button
              key={one.value}
              type="button"
              class="button"
              onClick={() => {
                onAnswer({ [direct]: one.value } as Partial<Answers>);
                document.getElementById("check")?.focus();
              }}
            >
              {one.label}
            </button>
          ))}
        </div>
      ) : (
        field && (
          <p>
            <button type="button" class="button" onClick={() => onGoTo(field)}>
              Vraag nu
            </button>
          </p>
        )
      )}
    </div>
  );
}

function Provisions({ title, items, folded = false }: { title: string; items: Proven[]; folded?: boolean }) {
  if (!items.length) return null;
  const list = (
    <ul class="plain">
      {items.map((one) => (
        <li key={one.provisionId} class="card">
          <p>
            <a href={`/voorzieningen/${one.provisionId}`} target="_blank" rel="noopener">
              {one.name}
              <span class="visually-hidden"> (opent een nieuw venster)</span>
            </a>{" "}
            <State kind={one.verdict === "available" ? "done" : "waits"}>{one.verdict === "available" ? "+ beschikbaar" : "? nog te bevestigen"}</State>
          </p>
          <p class="quiet-text">
            {one.services.map((code) => service[code]).join(", ")}
            {one.receiver && `; ${one.receiver}`}
          </p>
          {one.toConfirm.length > 0 && (
            <ul>
              {one.toConfirm.map((reason) => (
                <li key={reason.code + reason.question}>{reason.question}</li>
              ))}
            </ul>
          )}
          <details>
            <summary>
              Waarom<span class="visually-hidden">: {one.name}</span>
            </summary>
            <ul>
              {one.reasons.map((reason) => (
                <li key={reason.code + reason.detail}>{reason.detail}</li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  );
  if (folded)
    return (
      <details>
        <summary>
          {title} ({items.length})
        </summary>
        {list}
      </details>
    );
  return (
    <>
      <h3>{title}</h3>
      {list}
    </>
  );
}

function Refusals({ check }: { check: Check }) {
  if (!check.refusals.length) return null;
  return (
    <details>
      <summary>Niet voor deze werknemer ({check.refusals.length})</summary>
      <ul class="plain">
        {check.refusals.map((one) => (
          <li key={one.provisionId} class="card">
            <p>
              <strong>{one.name}</strong> <State kind="fault">× niet</State>
            </p>
            <ul>
              {one.reasons.map((reason) => (
                <li key={reason.code + reason.detail}>{reason.detail}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Skills({ check }: { check: Check }) {
  const { profiles, adjacentSectors } = check.skills;
  if (!profiles.length && !adjacentSectors.length) return null;
  return (
    <details>
      <summary>Wat deze werknemer meeneemt en nog mist</summary>
      {profiles.map((one) => (
        <div key={one.profileId} class="card">
          <h4>{one.occupation}</h4>
          <p>Neemt mee: {one.carriesOver.map((skill) => skill.name).join(", ") || "nog niets bekend"}</p>
          <p>Mist nog: {one.missing.map((skill) => skill.name).join(", ") || "niets"}</p>
        </div>
      ))}
      {adjacentSectors.map((one) => (
        <p key={one.sectorId}>
          <strong>{one.name}</strong>: {one.why}
        </p>
      ))}
    </details>
  );
}
