/** A case after its intake: what is to be done, the referrals or the sessions, and what happened. */

import "../styles/case.css";

import type { ComponentChildren } from "preact";
import { useRoute } from "preact-iso";

import { Asking, Failure } from "../parts/Notice";
import { Screen } from "../parts/Screen";
import { useCaller } from "../session/caller";
import { Found } from "./Found";
import { Guidance } from "./Guidance";
import { Head } from "./Head";
import { Referrals } from "./Referrals";
import { Timeline } from "./Timeline";
import { CaseContext, useKeepFocus, useReadCase } from "./useCase";
import { useReadWorker, WorkerContext } from "./useWorker";
import { WorkerSection } from "./WorkerSection";

export function CaseScreen() {
  const id = useRoute().params["id"] ?? "";
  return <OneCase key={id} id={id} />;
}

function OneCase({ id }: { id: string }) {
  const { found, again, told, round, done } = useReadCase(id);
  const { caller } = useCaller();
  useKeepFocus(found.data, told);
  if (found.state === "asking") return <Screen title="Zaak"><Asking what="De zaak wordt opgehaald" /></Screen>;
  if (found.state === "failed") {
    return (
      <Screen title="Zaak">
        <Failure error={found.error} again={again} />
        <p>
          <a href="/zaken">Terug naar mijn werk</a>
        </p>
      </Screen>
    );
  }
  const intake = found.data;
  const mayAct =
    caller !== null &&
    (intake.holder?.id === caller.id || intake.sessions.some((one) => one.status === "planned" && one.adviser?.id === caller.id));
  const referrals = intake.referrals.length > 0 || intake.outcome === "warm_referral";
  const guidance = intake.sessions.length > 0 || intake.outcome === "guidance";
  const parts = [referrals && <Referrals key="referrals" />, guidance && <Guidance key="guidance" />];
  return (
    <CaseContext.Provider value={{ intake, caller, mayAct, round, done }}>
      <Screen title={`Zaak ${intake.reference}`}>
        <p class="case-told" role="status">
          {told?.text}
        </p>
        <WithWorker id={id} round={round}>
          <Head />
          <div class="columns">
            <div>
              {intake.outcome === "guidance" ? parts.reverse() : parts}
              <WorkerSection />
            </div>
            <div>
              <Found />
              <Timeline />
            </div>
          </div>
        </WithWorker>
      </Screen>
    </CaseContext.Provider>
  );
}

function WithWorker({ id, round, children }: { id: string; round: number; children: ComponentChildren }) {
  return <WorkerContext.Provider value={useReadWorker(id, round)}>{children}</WorkerContext.Provider>;
}
