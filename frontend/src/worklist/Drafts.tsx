import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { discardDraft } from "../keeping";
import { Dialog } from "../parts/Dialog";
import { Failure } from "../parts/Notice";
import { moment } from "../words/dates";
import { saidOf } from "../words/refusals";
import { useRefreshed } from "./useRefreshed";

/** Intakes that were begun and not sent: to go on with, or to throw away. */
export function Drafts() {
  const [found, { again }] = useAnswer("", (signal) => ask(() => api.GET("/drafts", { params: { query: { limit: 50 } }, signal })));
  const [asked, setAsked] = useState<{ id: string; reference: string } | null>(null);
  const [told, tell] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  useRefreshed(again);
  if (found.state === "failed") return <Failure error={found.error} again={again} />;
  const items = found.data?.items ?? [];
  const discard = async () => {
    if (!asked) return;
    try {
      await discardDraft(asked.id);
      tell(`Concept ${asked.reference} is weggegooid.`);
    } catch (error) {
      tell(`Concept ${asked.reference} is niet weggegooid. ${saidOf(error)}`);
    }
    setAsked(null);
    again();
  };
  // Once the dialog is gone: it gives the focus back to a button that goes.
  useEffect(() => {
    if (told) heading.current?.focus();
  }, [told]);
  return (
    <section aria-labelledby="concepten" hidden={!items.length && !told}>
      <h2 id="concepten" ref={heading} tabIndex={-1}>
        Nog niet verstuurd
      </h2>
      <p role="status">{told}</p>
      <ul class="plain lines">
        {items.map((one) => (
          <li key={one.id}>
            <a href={`/intake/${one.id}`}>
              Intake {one.reference}: {one.originSector ?? "nog niets ingevuld"}
              {one.targetSector && ` naar ${one.targetSector}`}
            </a>{" "}
            <span class="quiet-text">bewaard {moment(one.savedAt)}</span>{" "}
            <button type="button" class="button quiet" onClick={() => setAsked(one)}>
              Weggooien<span class="visually-hidden">: intake {one.reference}</span>
            </button>
          </li>
        ))}
      </ul>
      {asked && (
        <Dialog title="Dit concept weggooien?" onClose={() => setAsked(null)}>
          <p>Wat er in intake {asked.reference} staat is dan weg. Dat kan niet ongedaan worden gemaakt.</p>
          <div class="buttons">
            <button type="button" class="button first" onClick={() => setAsked(null)}>
              Bewaren
            </button>
            <button type="button" class="button" onClick={() => void discard()}>
              Weggooien
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
