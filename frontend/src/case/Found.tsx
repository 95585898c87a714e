/** What the intake found: what is not for this worker and why, the signposts, and the skills. */

import type { Schemas } from "../api/client";
import { service } from "../words/terms";
import { useCase } from "./useCase";

export function Found() {
  const { intake } = useCase();
  return (
    <section aria-labelledby="gevonden" data-part="gevonden">
      <h2 id="gevonden" tabIndex={-1}>
        Wat de intake vond
      </h2>
      {intake.answers.motivation && (
        <>
          <h3>Wat de werknemer drijft</h3>
          <p class="case-note">{intake.answers.motivation}</p>
        </>
      )}
      <p>Nodig: {intake.neededServices.map((one) => service[one]).join(", ")}.</p>
      <Open title="Ook mogelijk" about="Staat open voor deze werknemer, maar beantwoordt deze vraag niet." items={intake.alsoAvailable} />
      <Open title="Wegwijzers" about="Hier kan de werknemer zelf terecht." items={intake.signposts} />
      <details>
        <summary>Niet voor deze werknemer ({intake.refusals.length})</summary>
        {intake.refusals.length === 0 && <p>Er is niets afgewezen.</p>}
        <ul>
          {intake.refusals.map((one) => (
            <li key={one.provisionId}>
              <a href={`/voorzieningen/${one.provisionId}`}>{one.name}</a>
              <ul>
                {one.reasons.map((reason) => (
                  <li key={reason.code}>{reason.detail}</li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </details>
      <Skills skills={intake.skills} />
    </section>
  );
}

function Open({ title, about, items }: { title: string; about: string; items: Schemas["ProvenAnswer"][] }) {
  return (
    <details>
      <summary>
        {title} ({items.length})
      </summary>
      <p>{items.length ? about : "Niets gevonden."}</p>
      <ul>
        {items.map((one) => (
          <li key={one.provisionId}>
            <a href={`/voorzieningen/${one.provisionId}`}>{one.name}</a>
            {one.provider && `, ${one.provider}`}
            {[...one.reasons.map((reason) => reason.detail), ...one.toConfirm.map((ask) => `Nog te vragen: ${ask.question}`)].map((said) => (
              <p key={said}>{said}</p>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Skills({ skills }: { skills: Schemas["SkillsAnswer"] }) {
  const names = (ones: Schemas["SkillName"][]) => ones.map((one) => one.name).join(", ") || "niets";
  return (
    <details>
      <summary>Vaardigheden ({skills.recognised.length})</summary>
      {skills.recognised.length > 0 ? <p>Genoemd: {skills.recognised.map((one) => one.name ?? one.said).join(", ")}.</p> : <p>Er zijn geen vaardigheden genoemd.</p>}
      {skills.suggested.length > 0 && <p>Kan de werknemer vast ook (vraag het na): {names(skills.suggested)}.</p>}
      {skills.profiles.map((one) => (
        <Profile key={one.profileId} profile={one} />
      ))}
      {skills.adjacentSectors.map((one) => (
        <div key={one.sectorId}>
          <h3>Dichtbij: {one.name}</h3>
          <p>{one.why}</p>
        </div>
      ))}
    </details>
  );
}

function Profile({ profile }: { profile: Schemas["ProfileFitAnswer"] }) {
  const names = (ones: Schemas["SkillName"][]) => ones.map((one) => one.name).join(", ") || "niets";
  return (
    <>
      <h3>{profile.occupation}</h3>
      <ul>
        <li>Neemt de werknemer mee: {names(profile.carriesOver)}.</li>
        <li>Mist nog: {names(profile.missing)}.</li>
        {profile.usefulMissing.length > 0 && <li>Handig om te leren: {names(profile.usefulMissing)}.</li>}
      </ul>
    </>
  );
}
