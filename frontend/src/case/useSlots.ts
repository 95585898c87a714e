/** Free places in a region, as many pages as were asked for. */

import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";

type Slot = Schemas["SlotAnswer"];
type Mode = Schemas["Mode"];
type Found = { state: "asking" | "here" | "failed"; items: Slot[]; next: string | null; error: unknown };

const NOTHING: Found = { state: "asking", items: [], next: null, error: null };

export function useSlots(region: string | null, mode: Mode | null, notBefore: string | null) {
  const [found, show] = useState<Found>(NOTHING);
  const [round, next] = useState(0);
  const read = (after: string | null, signal?: AbortSignal) =>
    ask(() => {
      // Not before the worker is free, nor in the past, which the service takes care of.
      const from = notBefore && new Date(notBefore) > new Date() ? { from: notBefore } : {};
      const query = { region: region ?? "", limit: 50, ...from, ...(mode ? { mode } : {}), ...(after ? { after } : {}) };
      return api.GET("/slots", { params: { query }, ...(signal ? { signal } : {}) });
    });
  const asking = useRef<AbortController | null>(null);
  useEffect(() => {
    if (!region) return undefined;
    const stop = new AbortController();
    asking.current = stop;
    show(NOTHING);
    read(null, stop.signal).then(
      (page) => !stop.signal.aborted && show({ state: "here", items: page.items, next: page.next, error: null }),
      (error: unknown) => !stop.signal.aborted && show({ ...NOTHING, state: "failed", error }),
    );
    return () => stop.abort();
  }, [region, mode, round]);
  const more = async () => {
    // With another filter, what comes after this list is of no use.
    const stop = asking.current;
    try {
      const page = await read(found.next, stop?.signal);
      show((before) => ({ ...before, items: [...before.items, ...page.items], next: page.next }));
    } catch (error) {
      if (stop?.signal.aborted) return;
      show((before) => ({ ...before, state: "failed", error }));
    }
  };
  return { ...found, more: found.next ? () => void more() : null, again: () => next((one) => one + 1) };
}
