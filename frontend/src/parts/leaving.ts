/** Leaving a page on which something stands that is kept nowhere: it is asked first. */

import { useLayoutEffect } from "preact/hooks";

type Guard = { address: string; ask: () => void };
let guard: Guard | null = null;

// Heard before the router hears it, which was not there yet when this was loaded.
addEventListener("popstate", (event) => {
  if (!guard) return;
  event.stopImmediatePropagation();
  history.pushState(null, "", guard.address);
  guard.ask();
});
addEventListener("beforeunload", (event) => {
  if (guard) event.preventDefault();
});

/** As long as something would be lost: call `ask` instead of going back, and let the browser ask before it leaves. */
export function useLeaving(isLost: boolean, ask: () => void): void {
  // At once, and not when the browser next draws: who types and goes does not wait for that.
  useLayoutEffect(() => {
    if (!isLost) return undefined;
    const mine: Guard = { address: location.href, ask };
    guard = mine;
    return () => {
      if (guard === mine) guard = null;
    };
  }, [isLost]);
}
