/** One draft on a screen. */

import { useEffect, useRef, useState } from "preact/hooks";

import { NOTHING, type Answers } from "./answers";
import { keeperOf } from "./desk";
import type { Kept } from "./kept";

/** Show a draft and keep what is written in it; what is typed before it is there is not lost. */
export function useDraft(id: string): Kept {
  const [shown, show] = useState<{ id: string; kept: Kept } | null>(null);
  const early = useRef<{ id: string; change: Partial<Answers> }>({ id, change: {} });
  if (early.current.id !== id) early.current = { id, change: {} };

  const opening = (failed: unknown): Kept => ({
    state: failed === null ? "loading" : "failed",
    answers: { ...NOTHING, ...early.current.change },
    set(change) {
      early.current = { id, change: { ...early.current.change, ...change } };
      show({ id, kept: opening(failed) });
    },
    saved: failed === null ? { kind: "new" } : { kind: "failed", error: failed },
    conflict: null,
    resolve: () => undefined,
    send: async () => (await keeperOf(id)).send(),
    discard: async () => (await keeperOf(id)).discard(),
    queued: false,
    refusal: null,
    onDevice: false,
  });

  useEffect(() => {
    let left = false;
    let detach: (() => void) | null = null;
    const open = async () => {
      try {
        const keeper = await keeperOf(id);
        if (left) return;
        removeEventListener("online", open);
        detach = keeper.attach((kept) => {
          if (kept.state !== "ready" || !Object.keys(early.current.change).length) return show({ id, kept });
          const { change } = early.current;
          early.current = { id, change: {} };
          keeper.set(change);
        });
      } catch (error) {
        if (!left) show({ id, kept: opening(error) });
      }
    };
    void open();
    addEventListener("online", open);
    return () => {
      left = true;
      removeEventListener("online", open);
      detach?.();
    };
  }, [id]);

  return shown?.id === id ? shown.kept : opening(null);
}
