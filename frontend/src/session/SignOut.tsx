/** Signing out: nothing stays on the device, and what is not sent yet is said first. */

import { useEffect, useState } from "preact/hooks";

import { Refused, Unreachable } from "../api/ask";
import { waiting, wipe } from "../keeping";
import { Dialog } from "../parts/Dialog";
import { Notice } from "../parts/Notice";
import type { Caller } from "./caller";
import { tellSignedOut, when } from "./windows";

/** Sign out. Throws what `ask` throws; nothing is changed then. */
export async function signOut(): Promise<void> {
  const response = await fetch("/sign-out", { method: "POST" }).catch(() => {
    throw new Unreachable();
  });
  // Whoever is signed in no longer need not be signed out.
  if (!response.ok && response.status !== 401) throw new Refused(response.status, null, response);
}

export function SignOut({ caller }: { caller: Caller }) {
  const [asked, ask] = useState<number | null>(null);
  const [failed, setFailed] = useState<"signing out" | "wiping" | null>(null);
  useEffect(() => when("signed-out", () => location.assign("/")), []);
  const go = async () => {
    ask(null);
    try {
      await signOut();
    } catch {
      return setFailed("signing out");
    }
    try {
      await wipe();
    } catch {
      return setFailed("wiping");
    } finally {
      tellSignedOut();
    }
    return location.assign("/");
  };
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
      {failed === "signing out" && <Notice kind="fault">Afmelden lukt nu niet. Probeer het zo opnieuw.</Notice>}
      {failed === "wiping" && (
        <Notice kind="fault">
          U bent afgemeld, maar wat op dit apparaat staat konden wij niet wissen. Wis in uw browser de gegevens van deze site.
        </Notice>
      )}
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
