/** The sign-in ends, or has ended: sign in again beside the page, without losing a letter of it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { whenLapsed } from "../api/ask";
import { Dialog } from "../parts/Dialog";
import { time } from "../words/dates";
import { askCaller, type Caller } from "./caller";
import { leave } from "./SignOut";
import { WaysToSignIn } from "./ways";
import { AGAIN, when } from "./windows";

const WARNING_MILLISECONDS = 120_000;

class NotSignedIn extends Error {}

type Waiting = { go: () => void; stop: (why: Error) => void };

export function Lapsed({ caller, onRenewed }: { caller: Caller; onRenewed: () => void }) {
  const [shown, show] = useState<"no" | "ends" | "ended">("no");
  const waiting = useRef<Waiting[]>([]);
  const until = caller.signedInUntil;

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

  useEffect(() => {
    const look = async () => {
      const now = await askCaller().catch(() => null);
      if (!now || now.signedInUntil === until) return;
      // What waits was asked by the first; the second has no part in it.
      if (now.id !== caller.id) return location.reload();
      show("no");
      for (const one of waiting.current.splice(0)) one.go();
      onRenewed();
    };
    const stop = when("signed-in", () => void look());
    return stop;
  }, [until, caller.id, onRenewed]);

  if (shown === "no") return null;
  const later = () => {
    show("no");
    for (const one of waiting.current.splice(0)) one.stop(new NotSignedIn());
  };
  const who = caller.name ?? "uzelf";
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
        <button type="button" class="button quiet" onClick={() => leave().catch(() => location.assign("/"))}>
          Ik ben {who} niet
        </button>
      </p>
    </Dialog>
  );
}
