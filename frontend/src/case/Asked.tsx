/**
 * A dialog that changes something: it keeps what was typed when that fails, asks before throwing it
 * away, and offers to take the case over where that is needed first.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ask, Refused } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { Dialog } from "../parts/Dialog";
import { useLeaving } from "../parts/leaving";
import { Failure, Notice } from "../parts/Notice";
import { faultSaid } from "../words/faults";
import { holderReason } from "../words/case";
import { Choices } from "../parts/Field";
import { useCase } from "./useCase";

/** What is wrong with a field: by its id before it is sent, by its name in the API after that. */
export type Faults = (name: string) => string | null;

function faultOf(error: Refused, name: string): string | null {
  const found = error.problem?.errors?.find((one) => one.pointer === `/${name}`);
  return found ? faultSaid(found.code) : null;
}

export function Asked({
  title,
  button,
  typed,
  check,
  send,
  onClose,
  children,
}: {
  title: string;
  /** What the button does, in its own words. */
  button: string;
  /** Whether something would be lost by closing. */
  typed: boolean;
  /** Say what is still wrong, by the id of the field; nothing when it can be sent. */
  check?: () => Record<string, string>;
  send: () => Promise<void>;
  onClose: () => void;
  children: (fault: Faults) => ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [leaving, setLeaving] = useState(false);
  const summary = useRef<HTMLHeadingElement>(null);
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  // What was put right since is no fault any more; nothing is added before it is sent again.
  const still = check?.() ?? {};
  const faults = Object.entries(wrong).filter(([id]) => id in still);
  useEffect(() => {
    if (faults.length) summary.current?.focus();
  }, [wrong]);

  useLeaving(typed, () => setLeaving(true));
  const form = useRef<HTMLFormElement>(null);
  const stay = () => {
    setLeaving(false);
    form.current?.querySelector<HTMLElement>("textarea, input, select")?.focus();
  };
  const go = async () => {
    if (busy) return;
    const found = check?.() ?? {};
    setWrong(found);
    setError(null);
    if (Object.keys(found).length) return;
    setBusy(true);
    try {
      await send();
    } catch (failure) {
      if (here.current) setError(failure);
    } finally {
      if (here.current) setBusy(false);
    }
  };
  useEffect(() => {
    if (error instanceof Refused && error.status === 400) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [error]);
  const fault: Faults = (name) => faults.find(([id]) => id === name)?.[1] ?? (error instanceof Refused ? faultOf(error, name) : null);
  // What is on its way may still fail: then what was typed is needed, and somebody to tell.
  const close = () => (typed || busy ? setLeaving(true) : onClose());
  return (
    <Dialog title={title} onClose={leaving ? stay : close}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void go();
          }
        }}
      >
        {faults.length > 0 && (
          <div class="notice fault-notice">
            <h3 ref={summary} tabIndex={-1}>
              {faults.length === 1 ? "Er is nog iets niet goed" : `Er zijn nog ${faults.length} dingen niet goed`}
            </h3>
            <ul>
              {faults.map(([id, said]) => (
                <li key={id}>
                  <a
                    href={`#${id}`}
                    onClick={(event) => {
                      event.preventDefault();
                      document.getElementById(id)?.focus();
                    }}
                  >
                    {said}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        )}
        {children(fault)}
        <Wrong error={error} again={go} />
        {leaving ? (
          <Leaving onStay={stay} onLeave={onClose} />
        ) : (
          <div class="buttons">
            <button type="submit" class="button first" aria-disabled={busy}>
              {busy ? "Bezig …" : button}
            </button>
            <button type="button" class="button" onClick={close}>
              Annuleren
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}

function Leaving({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  return (
    <Notice kind="waits">
      <p>Wat u hebt ingevuld is nog niet bewaard.</p>
      <div class="buttons">
        <button ref={stay} type="button" class="button first" onClick={onStay}>
          Verder invullen
        </button>
        <button type="button" class="button" onClick={onLeave}>
          Weggooien en sluiten
        </button>
      </div>
    </Notice>
  );
}

/** What went wrong; where the case is another's, with taking it over in place. */
function Wrong({ error, again }: { error: unknown; again: () => Promise<void> }) {
  if (!error) return null;
  if (error instanceof Refused && error.slug === "take-it-over-first") return <TakeOverFirst again={again} />;
  return <Failure error={error} />;
}

function TakeOverFirst({ again }: { again: () => Promise<void> }) {
  const { intake } = useCase();
  const [reason, setReason] = useState<Schemas["HolderReason"] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [asked, setAsked] = useState(false);
  const take = async () => {
    setAsked(true);
    if (!reason) return;
    try {
      await ask(() => api.PUT("/intakes/{intakeId}/holder", { params: { path: { intakeId: intake.id } }, body: { holder: "me", reason } }));
      await again();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Notice kind="fault">
      <p>U behandelt deze zaak niet. Neem de zaak over; daarna gaat dit door.</p>
      <Choices label="Waarom neemt u de zaak over?" words={holderReason} value={reason} onValue={setReason} id="overnemen" />
      {asked && !reason && <p class="fault">Kies een reden.</p>}
      {error !== null && <Failure error={error} />}
      <button type="button" class="button" onClick={() => void take()}>
        Zaak overnemen en doorgaan
      </button>
    </Notice>
  );
}
