/** What this device still has to send, and what was refused: in the frame of every screen. */

import { useEffect, useState } from "preact/hooks";

import { referenceOf } from "../words/reference";
import { saidOf } from "../words/refusals";
import { dismiss, resume, waiting, whenChanged } from "./desk";
import { asError } from "./keeper";
import "../styles/keeping.css";

type Waiting = Awaited<ReturnType<typeof waiting>>[number];

export function Outbox() {
  const [items, show] = useState<Waiting[]>([]);
  useEffect(() => {
    let left = false;
    const look = () =>
      void waiting().then((found) => {
        if (!left) show(found.filter(isTold));
      });
    const stop = whenChanged(look);
    void resume().then(look, look);
    return () => {
      left = true;
      stop();
    };
  }, []);
  return (
    <section class="outbox" aria-label="Nog te versturen" hidden={!items.length}>
      <div role="status">
        <ul class="plain">
          {items.map((one) => (
            <li key={one.id + one.tab}>
              <Line one={one} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The screen that shows a draft says itself how it stands, but for what waits to be sent. */
function isTold(one: Waiting): boolean {
  return one.queued || (!one.isSeen && (one.isHere || one.refusal !== null));
}

const ELSEWHERE = "Kijk in het andere venster.";

function Line({ one }: { one: Waiting }) {
  const name = `Intake ${referenceOf(one.id)}`;
  if (one.queued) return <>{name} wordt verstuurd zodra er verbinding is.</>;
  const draft = <a href={`/intake/${one.id}`}>Open intake {referenceOf(one.id)}</a>;
  if (one.refusal?.status === 409)
    return (
      <>
        {name} was al verstuurd. Wat u daarna nog invulde, staat er niet in. <a href={`/zaken/${one.id}`}>Open de zaak</a>{" "}
        {one.isHere ? (
          <button type="button" class="button" onClick={() => void dismiss(one.id)}>
            Begrepen
          </button>
        ) : (
          ELSEWHERE
        )}
      </>
    );
  if (one.refusal)
    return (
      <>
        {name} is niet verstuurd. {saidOf(asError(one.refusal))} {one.isHere ? draft : ELSEWHERE}
      </>
    );
  return (
    <>
      {name} staat nog niet helemaal op de server. {draft}
    </>
  );
}
