/**
 * The loopbaankaart: one page in plain Dutch that the worker takes home.
 *
 * It holds what the worker said and what will happen; no note, no reason and no telephone number
 * that was meant for the adviser.
 */

import { useRoute } from "preact-iso";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure } from "../parts/Notice";
import { SaveFile } from "../parts/SaveFile";
import { Screen } from "../parts/Screen";
import { day } from "../words/dates";
import { referenceOf } from "../words/reference";
import { isToCome, nextOf, sessionOf, whoHelps, wish } from "./words";

type Intake = Schemas["IntakeAnswer"];
type Provision = Schemas["ProvisionSummary"];

const MOST_TO_DO = 6;

export function CardScreen() {
  const id = useRoute().params["id"] ?? "";
  const [found, { again }] = useAnswer(id, async (signal) => {
    const intake = await ask(() => api.GET("/intakes/{intakeId}", { params: { path: { intakeId: id } }, signal }));
    const all = await ask(() => api.GET("/provisions", { params: { query: { status: "current", limit: 1000 } }, signal }));
    return { intake, doors: toDo(intake, all.items) };
  });
  return (
    <Screen title="Uw loopbaankaart" tab="Loopbaankaart">
      {found.state === "asking" && <Asking what="De kaart maken" />}
      {found.state === "failed" && <Failure error={found.error} again={again} />}
      {found.state === "here" && <Card intake={found.data.intake} doors={found.data.doors} now={new Date()} />}
    </Screen>
  );
}

/** First what is open to this worker by their sector, then the public doors, then the rest. */
function toDo({ alsoAvailable, signposts }: Intake, all: Provision[]): Provision[] {
  const known = new Map(all.map((one) => [one.id, one]));
  const isDoor = (id: string) => known.get(id)?.buildingBlock === "access" && known.get(id)?.provider !== null;
  const place = (one: Intake["signposts"][number]) => (one.side ? 0 : isDoor(one.provisionId) ? 1 : 2);
  const inOrder = [...alsoAvailable, ...signposts].sort((one, other) => place(one) - place(other));
  const found = inOrder.flatMap((one) => known.get(one.provisionId) ?? []);
  return [...new Set(found)].slice(0, MOST_TO_DO);
}

function Card({ intake, doors, now }: { intake: Intake; doors: Provision[]; now: Date }) {
  return (
    <>
      <div class="buttons">
        <button type="button" class="button first" onClick={() => window.print()}>
          Afdrukken
        </button>
        {intake.sessions.some((one) => isToCome(one, now)) && (
          <SaveFile path={`/intakes/${intake.id}/sessions`} accept="text/calendar" name="gesprekken.ics">
            Gesprekken voor de agenda (.ics)
          </SaveFile>
        )}
        <a href={`/zaken/${intake.id}`}>Terug naar de zaak</a>
      </div>
      <div class="worker-card">
        <p>
          Wij spraken elkaar op {day(intake.createdAt)}.{intake.holder && ` Uw adviseur is ${intake.holder.name}.`} Uw nummer bij ons is{" "}
          <strong>{referenceOf(intake.id)}</strong>. Noem dat als u belt.
        </p>
        <Discussed intake={intake} />
        <Helpers referrals={intake.referrals} />
        <Sessions intake={intake} now={now} />
        <ToDo doors={doors} />
        <p class="quiet-text">Deze kaart is van {day(now)}. Daarna kan er iets zijn veranderd.</p>
      </div>
    </>
  );
}

function Discussed({ intake }: { intake: Intake }) {
  const can = intake.skills.recognised.map((one) => one.name ?? one.said);
  return (
    <>
      <h2>Waar wij over spraken</h2>
      <ul>
        <li>{wish[intake.purpose]}</li>
        <li>Uw werk nu, of uw laatste werk: {intake.answers.occupation ?? intake.origin.name ?? intake.origin.said}.</li>
        {intake.target && <li>Waar u naartoe wilt: {intake.target.name ?? intake.target.said}.</li>}
        {can.length > 0 && <li>Wat u kunt: {can.join(", ")}.</li>}
      </ul>
    </>
  );
}

function Helpers({ referrals }: { referrals: Intake["referrals"] }) {
  if (referrals.length === 0) return null;
  return (
    <>
      <h2>Wie u helpt</h2>
      <ul>
        {referrals.map((one) => (
          <li key={one.id}>
            <strong>{one.name}</strong>
            {whoHelps(one) !== one.name && ` (${whoHelps(one)})`}. {nextOf(one)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Sessions({ intake, now }: { intake: Intake; now: Date }) {
  if (intake.sessions.length === 0) return null;
  return (
    <>
      <h2>Uw gesprekken</h2>
      <ol class="plain">
        {intake.sessions.map((one) => (
          <li key={one.id}>
            <strong>Gesprek {one.number}.</strong> {sessionOf(one, now)}
          </li>
        ))}
      </ol>
      {intake.closedAt && <p>Op {day(intake.closedAt)} hebben wij de gesprekken afgesloten.</p>}
      {!intake.closedAt && intake.sessions.some((one) => isToCome(one, now)) && <p>Kunt u niet? Zeg dat zo snel mogelijk tegen uw adviseur. Dan kiest u samen een andere tijd.</p>}
    </>
  );
}

function ToDo({ doors }: { doors: Provision[] }) {
  if (doors.length === 0) return null;
  return (
    <>
      <h2>Wat u zelf kunt doen</h2>
      <ul>
        {doors.map((one) => (
          <li key={one.id}>
            <strong>{one.name}</strong>. {one.summary}
          </li>
        ))}
      </ul>
    </>
  );
}
