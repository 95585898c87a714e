/** Who is signed in. */

import { createContext, type ComponentChildren } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";

import { api, type Schemas } from "../api/client";
import { Asking, Notice } from "../parts/Notice";
import { when } from "./windows";

export type Caller = Schemas["CallerAnswer"];
type Seen = { state: "asking" | "nobody" | "not answered"; caller: null } | { state: "known"; caller: Caller };
type Here = Seen & { look: () => Promise<void> };

const Context = createContext<Here>({ state: "asking", caller: null, look: () => Promise.resolve() });

export const useCaller = () => useContext(Context);

async function askCaller(): Promise<Caller | null> {
  const { data, response } = await api.GET("/caller");
  if (data) return data;
  if (response.status === 401) return null;
  throw new TypeError(`HTTP ${response.status}`);
}

/**
 * Know who is signed in, and see it when that changes.
 *
 * When another person signed in at this browser, the page begins anew: nothing of the first is
 * shown to the second.
 */
export function CallerProvider({ children }: { children: ComponentChildren }) {
  const [seen, setSeen] = useState<Seen>({ state: "asking", caller: null });
  const known = useRef<Caller | null>(null);
  const look = useCallback(async () => {
    try {
      const caller = await askCaller();
      const before = known.current;
      if (before && caller && before.id !== caller.id) return location.reload();
      // Whoever was signed in is asked to sign in again where that is needed: see Lapsed.
      if (before && !caller) return undefined;
      known.current = caller;
      setSeen(caller ? { state: "known", caller } : { state: "nobody", caller: null });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // What is known stays known; of whoever is not known, nothing can be said.
      setSeen((now) => (now.state === "asking" ? { state: "not answered", caller: null } : now));
    }
    return undefined;
  }, []);
  useEffect(() => {
    void look();
    const stop = when("signed-in", () => void look());
    addEventListener("focus", look);
    addEventListener("online", look);
    return () => {
      stop();
      removeEventListener("focus", look);
      removeEventListener("online", look);
    };
  }, [look]);
  return <Context.Provider value={{ ...seen, look }}>{children}</Context.Provider>;
}

/** Show a screen to advisers; anybody else signs in first, and comes back to the very address. */
export function AdvisersOnly({ children }: { children: ComponentChildren }) {
  const { state, caller, look } = useCaller();
  const { url, route } = useLocation();
  const away = state === "nobody";
  useEffect(() => {
    if (away) route(`/aanmelden?terug=${encodeURIComponent(url)}`, true);
  }, [away, url]);
  if (state === "asking") return <Asking />;
  if (state === "not answered")
    return (
      <Notice kind="fault">
        <p>De dienst antwoordt nu niet. Probeer het zo opnieuw.</p>
        <p>
          <button type="button" class="button" onClick={() => void look()}>
            Probeer opnieuw
          </button>
        </p>
      </Notice>
    );
  if (!caller) return null;
  if (!caller.roles.includes("adviser"))
    return <p>Dit is voor adviseurs. U bent aangemeld als {caller.name ?? "iemand anders"}.</p>;
  return <>{children}</>;
}
