/** Signing out: nothing stays on the device, and what is not sent yet is said first. */

import { useEffect, useState } from "preact/hooks";

import { waiting, wipe } from "../keeping";
import { Dialog } from "../parts/Dialog";
import { Notice } from "../parts/Notice";
import type { Caller } from "./caller";
import { tellSignedOut, when } from "./windows";

/** Sign out and leave nothing behind. Throws a TypeError when nobody answers; nothing is gone then. */
export async function leave(): Promise<void> {
  await fetch("/sign-out", { method: "POST" });
  await wipe();
  tellSignedOut();
  location.assign("/");
}

export function SignOut({ caller }: { caller: Caller }) {
  const [asked, ask] = useState<number | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => when("signed-out", () => location.assign("/")), []);
  const go = () => leave().catch(() => setFailed(true));
  const begin = async () => {
    const count = new Set((await waiting()).map((one) => one.id)).size;
    if (count) ask(count);
    else await go();
  };
  return (
    <>
      <span>{caller.name}</span>
      <button type="button" class="button" onClick={() => void begin()}>
        Afmelden
      </button>
      {failed && <Notice kind="fault">Afmelden lukt nu niet: er is geen verbinding. Probeer het zo opnieuw.</Notice>}
      {asked !== null && (
        <Dialog title="Er is nog niet alles verstuurd" onClose={() => ask(null)}>
          <p>
            {asked === 1 ? "Eén intake staat" : `${asked} intakes staan`} nog alleen op dit apparaat. Meldt u zich nu af, dan
            is dat weg. Wacht tot er verbinding is als u het wilt bewaren.
          </p>
          <div class="buttons">
            <button type="button" class="button first" onClick={() => ask(null)}>
              Aangemeld blijven
            </button>
            <button type="button" class="button" onClick={() => void go()}>
              Toch afmelden en weggooien
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
