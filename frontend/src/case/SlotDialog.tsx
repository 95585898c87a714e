/** Book a place for a session, or move one: free places by day, the first one first. */

import { useEffect, useState } from "preact/hooks";

import { ask, Refused } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Choices } from "../parts/Field";
import { Asking, Failure, Notice } from "../parts/Notice";
import { mode as modeWords } from "../words/terms";
import { Asked } from "./Asked";
import { RegionField } from "./RegionField";
import { whenOf } from "./SessionItem";
import { FIRST, Places, type Slot } from "./Places";
import { useCase, type SessionAnswer } from "./useCase";
import { useKey } from "./useKey";
import { useSlots } from "./useSlots";

type Mode = Schemas["Mode"];

export function SlotDialog({ session, onClose }: { session: SessionAnswer | null; onClose: () => void }) {
  const { intake, done } = useCase();
  const keyOf = useKey();
  const [mode, setMode] = useState<Mode | null>(null);
  const [region, setRegion] = useState<string | null>(session?.region ?? intake.region);
  const [chosen, choose] = useState<Slot | null>(null);
  const [taken, take] = useState<{ slot: Slot; why: string } | null>(null);
  const slots = useSlots(region, mode, intake.answers.scheduling.notBefore);
  const offered = slots.items.filter((one) => one.id !== taken?.slot.id);
  useEffect(() => {
    // What was chosen may have gone with another filter; the first one is the one to choose.
    if (slots.state === "here" && !offered.some((one) => one.id === chosen?.id)) choose(nearest(offered, taken?.slot ?? null));
  }, [slots.state, slots.items, taken]);
  useEffect(() => {
    // Whoever met a taken place goes on at the one that is offered instead.
    if (taken && slots.state === "here") document.getElementById(FIRST)?.focus();
  }, [slots.state, taken]);

  const send = async () => {
    if (!chosen) return;
    const body = { slotId: chosen.id };
    let made: Schemas["SessionAnswer"];
    try {
      made = await ask(() =>
        session
          ? api.PUT("/sessions/{sessionId}/slot", { params: { path: { sessionId: session.id } }, body })
          : api.POST("/intakes/{intakeId}/sessions", { params: { path: { intakeId: intake.id }, header: { "Idempotency-Key": keyOf(body) } }, body }),
      );
    } catch (error) {
      const why = error instanceof Refused ? WHY[error.slug] : undefined;
      if (!why) throw error;
      take({ slot: chosen, why });
      slots.again();
      return;
    }
    onClose();
    await done(`Gidsgesprek ${made.number} is ${session?.startsAt ? "verzet naar" : "gepland op"} ${whenOf(made)}.`, `gesprek-${made.id}`);
  };
  const button = session?.startsAt ? `Verzet gidsgesprek ${session.number} naar deze plek` : "Plan op deze plek";
  return (
    <Asked
      title={session ? (session.startsAt ? `Gidsgesprek ${session.number} verzetten` : `Plek voor gidsgesprek ${session.number}`) : "Gidsgesprek plannen"}
      button={button}
      typed={false}
      check={() => (chosen ? {} : { [region ? "slot-mode" : "slot-region"]: region ? "Kies een plek." : "Kies een regio." })}
      send={send}
      onClose={onClose}
    >
      {(fault) => (
        <>
          {session?.startsAt && <p>Nu: {whenOf(session)}. Het gesprek houdt nummer {session.number}.</p>}
          {!intake.region && <RegionField value={region} onValue={setRegion} fault={fault("slot-region")} />}
          <Choices label="Hoe?" words={modeWords} value={mode} onValue={setMode} none="maakt niet uit" id="slot-mode" />
          {taken && <Taken slot={taken.slot} why={taken.why} left={offered.length} />}
          {region && slots.state === "asking" && <Asking what="Vrije plekken worden opgehaald" />}
          {slots.state === "failed" && <Failure error={slots.error} again={slots.again} />}
          {slots.state === "here" && <Places slots={offered} chosen={chosen} onChoose={choose} more={slots.more} first={taken ? "Volgende vrije plek" : "Eerste vrije plek"} firstOne={nearest(offered, taken?.slot ?? null)} />}
        </>
      )}
    </Asked>
  );
}

const WHY: Record<string, string> = {
  "slot-not-free": "is net door iemand anders genomen",
  "sessions-overlap": "valt samen met een ander gesprek van deze werknemer",
};

/** The first place from the one that was not to be had on; without one, the first. */
function nearest(slots: Slot[], missed: Slot | null): Slot | null {
  return slots.find((one) => !missed || one.startsAt >= missed.startsAt) ?? slots[0] ?? null;
}

function Taken({ slot, why, left }: { slot: Slot; why: string; left: number }) {
  return (
    <Notice kind="fault">
      <p>
        De plek die u koos ({whenOf(slot)}, {modeWords[slot.mode]}) {why}. Er is nog niets gepland of verzet.{" "}
        {left > 0 && "De volgende vrije plek staat klaar; kies die of een andere."}
      </p>
    </Notice>
  );
}
