/** One provision: what it is, for whom, who receives people, and where that is written. */

import type { ComponentChildren } from "preact";
import { useRoute } from "preact-iso";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { useProvisionNames } from "../api/useProvisionNames";
import { Asking, Failure, Notice } from "../parts/Notice";
import { Screen } from "../parts/Screen";
import { day } from "../words/dates";
import { buildingBlock, service } from "../words/terms";
import { Verified } from "./Verified";
import { basis, handover, standing } from "./words";

type Provision = Schemas["ProvisionAnswer"];

export function ProvisionScreen() {
  const id = useRoute().params["id"] ?? "";
  const [found, { again }] = useAnswer(id, (signal) =>
    ask(() => api.GET("/provisions/{provisionId}", { params: { path: { provisionId: id } }, signal })),
  );
  return (
    <Screen key={id} title={found.data?.name ?? "Voorziening"}>
      <p class="no-print">
        <a href="/voorzieningen">Terug naar zoeken</a>
      </p>
      {found.state === "asking" && <Asking />}
      {found.state === "failed" && <Failure error={found.error} again={again} />}
      {found.state === "here" && <Told provision={found.data} />}
    </Screen>
  );
}

function Told({ provision }: { provision: Provision }) {
  const blocks = [provision.buildingBlock, ...provision.alsoBuildingBlocks];
  return (
    <>
      {provision.status !== "current" && (
        <Notice kind="waits">
          <p>Let op: deze voorziening {standing[provision.status]}.</p>
        </Notice>
      )}
      <p>{provision.summary}</p>

      <h2>Voor wie</h2>
      {provision.conditions.length === 0 && <p>De bron noemt geen voorwaarden.</p>}
      <ul>
        {provision.conditions.map((one, place) => (
          <li key={place}>
            {one.sentence}
            <Rests on={one.basis} />
          </li>
        ))}
      </ul>

      <h2>Wat het is</h2>
      <dl>
        <Row of={provision} field="services" label="Soort hulp">
          {provision.services.map((one) => service[one]).join(", ")}
        </Row>
        <Row of={provision} field="buildingBlock" label="Bouwsteen">
          {blocks.map((one) => buildingBlock[one]).join(", ")}
        </Row>
        {provision.amount && (
          <Row of={provision} field="amount" label="Wat het kost of oplevert">
            {provision.amount}
          </Row>
        )}
        {provision.validFrom && (
          <Row of={provision} field="validFrom" label="Vanaf">
            {day(provision.validFrom)}
          </Row>
        )}
        {provision.endsOn && (
          <Row of={provision} field="endsOn" label="Niet meer vanaf">
            {day(provision.endsOn)}
          </Row>
        )}
      </dl>

      <h2>Bij wie moet u zijn</h2>
      <dl>
        {provision.provider && (
          <Row of={provision} field="provider" label="Van wie het is">
            {provision.provider}
          </Row>
        )}
        {provision.receiver && (
          <Row of={provision} field="receiver" label="Wie u ontvangt">
            {provision.receiver}
          </Row>
        )}
        <Row of={provision} field="handover" label="Hoe het gaat">
          {handover[provision.handover]}
        </Row>
        {provision.viaEmployer && (
          <Row of={provision} field="viaEmployer" label="Uw werkgever">
            Dit loopt via uw werkgever. Wij vertellen uw werkgever niets. U bepaalt zelf of u het vraagt.
          </Row>
        )}
      </dl>

      <h2>Waar het staat</h2>
      <p>
        <Verified of={provision} />
      </p>
      {provision.seeAlso.length > 0 && <SeeAlso ids={provision.seeAlso} />}
    </>
  );
}

function Row({ of, field, label, children }: { of: Provision; field: keyof Provision; label: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {children}
        <Rests on={basisOf(of, field)} />
      </dd>
    </>
  );
}

/** What is not named as stated or inferred needs no source: a count, a day of ours. */
function basisOf(provision: Provision, field: keyof Provision): Schemas["Basis"] | null {
  if (provision.stated.includes(field)) return "stated";
  return provision.inferred.includes(field) ? "inferred" : null;
}

function Rests({ on }: { on: Schemas["Basis"] | null }) {
  return on && <small class="quiet-text"> ({basis[on]})</small>;
}

function SeeAlso({ ids }: { ids: string[] }) {
  const named = useProvisionNames(ids);
  return (
    <>
      <h2>Kijk ook bij</h2>
      <ul>
        {ids.map((id) => (
          <li key={id}>
            <a href={`/voorzieningen/${id}`}>{named(id)}</a>
          </li>
        ))}
      </ul>
    </>
  );
}
