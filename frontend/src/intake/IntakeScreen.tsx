/** The intake: the questions, and beside them what there is for this worker. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";

import type { Refused } from "../api/ask";
import { ConflictDialog, newDraftId, SavedLine, useDraft } from "../keeping";
import { Dialog } from "../parts/Dialog";
import { unreadable } from "../parts/Field";
import { Asking, Failure, Notice } from "../parts/Notice";
import { Screen } from "../parts/Screen";
import { referenceOf } from "../words/reference";
import { saidOf } from "../words/refusals";
import "../styles/intake.css";
import { CheckPane } from "./Check";
import { Faults, idOf, linesOf, type Line } from "./Faults";
import { Form } from "./Form";
import { useCheck } from "./useCheck";

export function IntakeScreen() {
  const { params } = useRoute();
  const { route } = useLocation();
  const given = params["id"];
  // A new one gets an address of its own at once, so that a reload finds it again.
  const [made, setMade] = useState(newDraftId);
  const before = useRef(given);
  useEffect(() => {
    if (given) {
      before.current = given;
      return;
    }
    const id = before.current === made ? newDraftId() : made;
    setMade(id);
    route(`/intake/${id}`, true);
  }, [given]);
  const id = given ?? made;
  return <Intake key={id} id={id} />;
}

function Intake({ id }: { id: string }) {
  const kept = useDraft(id);
  const { route } = useLocation();
  const checked = useCheck(kept.answers);
  const [error, setError] = useState<Refused | null>(null);
  const [wrong, setWrong] = useState<{ lines: Line[]; round: number }>({ lines: [], round: 0 });
  const [failed, setFailed] = useState<unknown>(null);
  const [sending, setSending] = useState(false);
  const [asked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    if (kept.state === "sent") route(`/zaken/${id}`, true);
  }, [kept.state, id]);
  useEffect(() => {
    if (kept.refusal) setError(kept.refusal);
  }, [kept.refusal]);

  const goTo = (at: string) => {
    const one = document.getElementById(at);
    one?.closest("details")?.setAttribute("open", "");
    one?.focus();
  };
  const unread = () => (form.current ? unreadable(form.current) : []);
  // What was put right since is no fault any more; nothing is added before it is sent again.
  const lookAgain = () => {
    const now = unread();
    setWrong(({ lines, round }) => ({ lines: lines.filter((line) => now.some(({ id }) => id === line.id)), round }));
  };
  const send = async () => {
    if (sending || kept.state !== "ready") return;
    setError(null);
    setFailed(null);
    const lines = unread();
    setWrong(({ round }) => ({ lines, round: round + 1 }));
    if (lines.length) return;
    setSending(true);
    try {
      const sent = await kept.send();
      if (sent.kind === "sent") route(`/zaken/${sent.intakeId}`);
      if (sent.kind === "refused") setError(sent.error);
    } catch (failure) {
      setFailed(failure);
    } finally {
      setSending(false);
    }
  };
  const discard = async () => {
    setAsked(false);
    try {
      await kept.discard();
      route("/zaken");
    } catch (failure) {
      setFailed(failure);
    }
  };

  if (kept.state === "gone")
    return (
      <Screen title="Deze intake is er niet meer">
        <p>
          Het concept is weggegooid of verlopen. <a href="/intake">Begin een nieuwe intake</a> of ga naar <a href="/zaken">uw werk</a>.
        </p>
      </Screen>
    );
  return (
    <Screen title={`Intake ${referenceOf(id)}`}>
      <ConflictDialog kept={kept} />
      {error && <Faults said={saidOf(error)} lines={linesOf(error)} round={error} onGoTo={goTo} />}
      {wrong.lines.length > 0 && (
        <Faults said="Dit konden wij niet lezen. Zo zou het niet meegaan." lines={wrong.lines} round={wrong.round} onGoTo={goTo} />
      )}
      {failed !== null && <Failure error={failed} />}
      <div class="columns">
        <form
          ref={form}
          noValidate
          // What a browser fills in again after a reload may be another adviser's.
          autoComplete="off"
          aria-busy={kept.state === "loading" || kept.state === "failed"}
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
          onFocusOut={() => wrong.lines.length > 0 && lookAgain()}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              void send();
            } else if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type !== "checkbox") {
              // Enter in a field is part of the talk, not its end.
              event.preventDefault();
            }
          }}
        >
          {kept.state === "loading" && <Asking what="De intake wordt opgehaald" />}
          <fieldset disabled={kept.state !== "ready"}>
            <Form answers={kept.answers} set={kept.set} check={checked.check} error={error} />
          </fieldset>
          {kept.queued && <Notice kind="waits">De intake wordt verstuurd zodra er verbinding is. U kunt een andere beginnen.</Notice>}
          <div class="buttons send">
            <button type="submit" class="button first" aria-disabled={sending || kept.state !== "ready"} aria-keyshortcuts="Control+Enter">
              Intake afronden
            </button>
            <button type="button" class="button quiet" onClick={() => setAsked(true)}>
              Weggooien
            </button>
            <SavedLine kept={kept} />
          </div>
          <p class="hint">
            Afronden beslist: past er een voorziening, dan wordt het een warme doorverwijzing. Anders plannen we gidsgesprekken.{" "}
            <kbd>Ctrl</kbd> + <kbd>Enter</kbd> rondt ook af.
          </p>
        </form>
        <CheckPane checked={checked} onAnswer={kept.set} onGoTo={(field) => goTo(idOf(field))} />
      </div>
      {asked && (
        <Dialog title="Deze intake weggooien?" onClose={() => setAsked(false)}>
          <p>Wat u hebt ingevuld is dan weg, ook op de server. Dat kan niet ongedaan worden gemaakt.</p>
          <div class="buttons">
            <button type="button" class="button first" onClick={() => setAsked(false)}>
              Bewaren
            </button>
            <button type="button" class="button" onClick={() => void discard()}>
              Weggooien
            </button>
          </div>
        </Dialog>
      )}
    </Screen>
  );
}
