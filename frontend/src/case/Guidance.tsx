/** The guidance sessions: how many of the three are used, which ones there are, and closing early. */

import { useState } from "preact/hooks";

import { CloseDialog } from "./CloseDialog";
import { SessionItem } from "./SessionItem";
import { SlotDialog } from "./SlotDialog";
import { useCase, type SessionAnswer } from "./useCase";

export const MOST_SESSIONS = 3;

export function Guidance() {
  const { intake, mayAct } = useCase();
  const [asked, ask] = useState<"book" | "close" | null>(null);
  const { sessions } = intake;
  const live = sessions.filter((one) => one.status !== "cancelled");
  const cancelled = sessions.filter((one) => one.status === "cancelled");
  const open = intake.outcome === "guidance" && !intake.closedAt;
  const waits = live.some((one) => one.status === "waiting");
  const why = !open ? null : live.length >= MOST_SESSIONS && !waits ? "Drie gidsgesprekken is het meeste. Alle drie zijn al gepland of geweest." : null;
  return (
    <section aria-labelledby="gesprekken" data-part="gesprekken">
      <h2 id="gesprekken" tabIndex={-1}>
        Gidsgesprekken
      </h2>
      <p>
        <strong>
          {live.length} van {MOST_SESSIONS}
        </strong>{" "}
        gidsgesprekken: {counted(live)}.
      </p>
      <ol class="plain">
        {live.map((one) => (
          <li key={one.id}>
            <SessionItem session={one} />
          </li>
        ))}
      </ol>
      {cancelled.length > 0 && (
        <details>
          <summary>Afgezegd ({cancelled.length})</summary>
          <ul class="plain">
            {cancelled.map((one) => (
              <li key={one.id}>
                <SessionItem session={one} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {intake.closedAt && <p>De begeleiding is afgesloten.</p>}
      {mayAct && open && (
        <>
          {why && <p id="vol">{why}</p>}
          <div class="buttons">
            <button type="button" class="button" disabled={Boolean(why)} aria-describedby={why ? "vol" : undefined} onClick={() => ask("book")}>
              Gidsgesprek plannen
            </button>
            {sessions.length > 0 && (
              <button type="button" class="button" onClick={() => ask("close")}>
                Begeleiding afsluiten
              </button>
            )}
          </div>
        </>
      )}
      {asked === "book" && <SlotDialog session={null} onClose={() => ask(null)} />}
      {asked === "close" && <CloseDialog onClose={() => ask(null)} />}
    </section>
  );
}

function counted(live: SessionAnswer[]): string {
  const of = (status: SessionAnswer["status"]) => live.filter((one) => one.status === status).length;
  const said = [
    [of("held"), "gehouden"],
    [of("missed"), "gemist"],
    [of("planned"), "gepland"],
    [of("waiting"), of("waiting") === 1 ? "wacht op een plek" : "wachten op een plek"],
    [MOST_SESSIONS - live.length, "vrij"],
  ] as const;
  return said
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}
