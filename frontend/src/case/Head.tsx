/** What the case is, who holds it, and what is to be done now. */

import { useState } from "preact/hooks";

import { State } from "../parts/Notice";
import { day } from "../words/dates";
import { outcome, purpose } from "../words/terms";
import { HolderDialog } from "./HolderDialog";
import { nextStep } from "./nextStep";
import { OutcomeDialog } from "./OutcomeDialog";
import { focusOn, useCase } from "./useCase";

export function Head() {
  const { intake, caller, mayAct } = useCase();
  const [asked, ask] = useState<"take" | "hand on" | "decide" | null>(null);
  const mine = caller !== null && intake.holder?.id === caller.id;
  const next = nextStep(intake, new Date());
  const said = (one: typeof intake.origin | null) => one?.name ?? one?.said ?? "nog niet bekend";
  return (
    <section aria-labelledby="zaak-kop" data-part="zaak-kop">
      <h2 id="zaak-kop" class="visually-hidden" tabIndex={-1}>
        Deze zaak
      </h2>
      <div class="notice case-next">
        <h3>Volgende stap</h3>
        <p>
          {next.said}{" "}
          {next.at && (
            <a
              href={`#${next.at}`}
              onClick={(event) => {
                event.preventDefault();
                focusOn(next.at ?? "");
              }}
            >
              Ga erheen
            </a>
          )}
        </p>
      </div>
      <dl class="case-facts">
        <div>
          <dt id="uitkomst" tabIndex={-1}>Uitkomst</dt>
          <dd>
            {outcome[intake.outcome]} {intake.closedAt && <State kind="told">afgesloten op {day(intake.closedAt)}</State>}
          </dd>
        </div>
        <div>
          <dt>Van</dt>
          <dd>{said(intake.origin)}</dd>
        </div>
        <div>
          <dt>Naar</dt>
          <dd>{said(intake.target)}</dd>
        </div>
        <div>
          <dt>Doel</dt>
          <dd>{purpose[intake.purpose]}</dd>
        </div>
        <div>
          <dt id="behandelaar" tabIndex={-1}>Behandelaar</dt>
          <dd>{mine ? `${intake.holder?.name} (u)` : (intake.holder?.name ?? "nog niemand")}</dd>
        </div>
        <div>
          <dt>Intake</dt>
          <dd>{day(intake.createdAt)}</dd>
        </div>
      </dl>
      {!mayAct && !mine && caller && (
        <p class="quiet-text">U kunt deze zaak lezen. Om iets te wijzigen neemt u de zaak eerst over.</p>
      )}
      <div class="buttons">
        <a class="button" href={`/zaken/${intake.id}/kaart`}>
          Loopbaankaart
        </a>
        {caller && !mine && (
          <button type="button" class={intake.holder ? "button" : "button first"} onClick={() => ask("take")}>
            Zaak overnemen
          </button>
        )}
        {mine && (
          <button type="button" class="button" onClick={() => ask("hand on")}>
            Zaak aan een collega geven
          </button>
        )}
        {mayAct && !intake.closedAt && (
          <button type="button" class="button" onClick={() => ask("decide")}>
            Anders beslissen
          </button>
        )}
      </div>
      {(asked === "take" || asked === "hand on") && <HolderDialog taking={asked === "take"} onClose={() => ask(null)} />}
      {asked === "decide" && <OutcomeDialog onClose={() => ask(null)} />}
    </section>
  );
}
