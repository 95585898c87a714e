/** What the windows of one browser tell each other about signing in and out. */

/** Where the window ends in which somebody signed in again. */
export const AGAIN = "/aanmelden/klaar";

type Told = "signed-in" | "signed-out";
const channel = new BroadcastChannel("gids-session");

export const tellSignedIn = () => channel.postMessage("signed-in" satisfies Told);
export const tellSignedOut = () => channel.postMessage("signed-out" satisfies Told);

/** Do this when it is told; returns what stops it. */
export function when(told: Told, then: () => void): () => void {
  const heard = (event: MessageEvent<Told>) => {
    if (event.data === told) then();
  };
  channel.addEventListener("message", heard);
  return () => channel.removeEventListener("message", heard);
}
