/** The sign-in ends, or has ended: sign in again beside the page, without losing a letter of it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { NotSignedIn, whenLapsed } from "../api/ask";
import { resume } from "../keeping";
import { Dialog } from "../parts/Dialog";
import { Notice } from "../parts/Notice";
import { time } from "../words/dates";
import { useCaller, type Caller } from "./caller";
import { signOut } from "./SignOut";
import { WaysToSignIn } from "./ways";
import { AGAIN, tellSignedOut } from "./windows";

const WARNING_MILLISECONDS = 120_000;

type Waiting = { go: () => void; stop: (why: Error) => void };

export function Lapsed() {
  const { caller } = useCaller();
  return caller && <Ending caller={caller} />;
}

function Ending({ caller }: { caller: Caller }) {
  const [shown, show] = useState<"no" | "ends" | "ended" | "later">("no");
  const waiting = useRef<Waiting[]>([]);
  const until = caller.signedInUntil;
  const known = useRef(until);

  useEffect(() => {
    whenLapsed(() => {
      show("ended");
      return new Promise((go, stop) => waiting.current.push({ go, stop }));
    });
    return () => whenLapsed(null);
  }, []);

  useEffect(() => {
    if (!until) return undefined;
    const left = new Date(until).getTime() - Date.now() - WARNING_MILLISECONDS;
    const timer = setTimeout(() => show((now) => (now === "no" ? "ends" : now)), Math.max(left, 0));
    return () => clearTimeout(timer);
  }, [until]);

  // However it was seen: the same person has signed in since.
  useEffect(() => {
    if (known.current === until) return;
    known.current = until;
    show("no");
    for (const one of waiting.current.splice(0)) one.go();
    // What could not be read or written on the device waits there for the next time.
    resume().catch(() => undefined);
  }, [until]);

  if (shown === "no") return null;
  if (shown === "later")
    return (
      <Notice kind="waits">
        U bent niet meer aangemeld. De dienst bewaart pas weer iets als u bent aangemeld.{" "}
        <button type="button" class="button" onClick={() => show("ended")}>
          Opnieuw aanmelden
        </button>
      </Notice>
    );
  const later = () => {
    show(shown === "ended" ? "later" : "no");
    for (const one of waiting.current.splice(0)) one.stop(new NotSignedIn());
  };
  const who = caller.name ?? "uzelf";
  // What the one before has not sent stays on the device for them; it is not this one's to throw away.
  const hand = async () => {
    await signOut().then(tellSignedOut, () => undefined);
    location.assign("/");
  };
  return (
    <Dialog title={shown === "ends" ? "Uw aanmelding loopt bijna af" : "U bent niet meer aangemeld"} onClose={later}>
      <p>
        {shown === "ends" && until ? `Om ${time(until)} uur loopt uw aanmelding af. ` : ""}
        Meld u opnieuw aan als {who}. Dat gaat in een nieuw venster. Wat u hebt ingevuld blijft staan.
      </p>
      <WaysToSignIn to={AGAIN} apart />
      <p class="buttons">
        <button type="button" class="button quiet" onClick={later}>
          Nu niet
        </button>
        <button
          type="button"
          class="button quiet"
          onClick={() => void hand()}
        >
          Ik ben {who} niet
        </button>
      </p>
    </Dialog>
  );
}
