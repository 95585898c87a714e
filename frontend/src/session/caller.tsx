/** Who is signed in. */

import { createContext, type ComponentChildren } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";

import { api, type Schemas } from "../api/client";
import { Asking } from "../parts/Notice";
import { Lapsed } from "./Lapsed";

export type Caller = Schemas["CallerAnswer"];
type Here = { state: "asking"; caller: null } | { state: "nobody"; caller: null } | { state: "known"; caller: Caller };

const Context = createContext<Here>({ state: "asking", caller: null });

export const useCaller = () => useContext(Context);

/** Ask who is signed in; null for nobody. Throws a TypeError when nobody answers. */
export async function askCaller(): Promise<Caller | null> {
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
  const [here, setHere] = useState<Here>({ state: "asking", caller: null });
  const known = useRef<Caller | null>(null);
  const look = useCallback(async () => {
    try {
      const caller = await askCaller();
      const before = known.current;
      if (before && caller && before.id !== caller.id) return location.reload();
      // Whoever was signed in is asked to sign in again where that is needed: see Lapsed.
      if (before && !caller) return undefined;
      known.current = caller;
      setHere(caller ? { state: "known", caller } : { state: "nobody", caller: null });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // No connection: what is known stays known, and whoever is not known stays nobody.
      setHere((now) => (now.state === "asking" ? { state: "nobody", caller: null } : now));
    }
    return undefined;
  }, []);
  useEffect(() => {
    void look();
    addEventListener("focus", look);
    addEventListener("online", look);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("online", look);
    };
  }, [look]);
  return (
    <Context.Provider value={here}>
      {children}
      {here.caller && <Lapsed caller={here.caller} onRenewed={look} />}
    </Context.Provider>
  );
}

/** Show a screen to advisers; anybody else signs in first, and comes back to the very address. */
export function AdvisersOnly({ children }: { children: ComponentChildren }) {
  const { state, caller } = useCaller();
  const { url, route } = useLocation();
  const away = state === "nobody";
  useEffect(() => {
    if (away) route(`/aanmelden?terug=${encodeURIComponent(url)}`, true);
  }, [away, url]);
  if (state === "asking") return <Asking />;
  if (!caller) return null;
  if (!caller.roles.includes("adviser"))
    return <p>Dit is voor adviseurs. U bent aangemeld als {caller.name ?? "iemand anders"}.</p>;
  return <>{children}</>;
}
