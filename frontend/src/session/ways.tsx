/** What one can sign in with, as links. */

import { ask } from "../api/ask";
import { api } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Asking, Failure, Notice } from "../parts/Notice";

/** List the ways to sign in; each leads on to `to`, in a window of its own when that is asked. */
export function WaysToSignIn({ to, apart = false }: { to: string; apart?: boolean }) {
  const [ways, { again }] = useAnswer("", (signal) => ask(() => api.GET("/sign-ins", { signal })));
  if (ways.state === "asking") return <Asking />;
  if (ways.state === "failed") return <Failure error={ways.error} again={again} />;
  const { items } = ways.data;
  const demo = items.some((one) => one.kind === "demo");
  return (
    <>
      {!items.length && <Notice kind="waits">Er is nog niet ingesteld hoe u zich aanmeldt. Vraag het aan de beheerder.</Notice>}
      {demo && (
        <Notice kind="waits">
          Dit is een demo. Iedereen mag zich als deze personen aanmelden; ze bestaan niet echt. Vul geen echte gegevens in.
        </Notice>
      )}
      <ul class="plain">
        {items.map((one) => (
          <li key={one.id} class="buttons">
            <a
              class="button"
              href={`/sign-in/${one.id}?returnTo=${encodeURIComponent(to)}`}
              target={apart ? "_blank" : "_top"}
              rel={apart ? "opener" : undefined}
            >
              {one.name}
              {apart && <span class="visually-hidden"> (opent een nieuw venster)</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}
