/** One draft on a screen. */

import { useEffect, useRef, useState } from "preact/hooks";

import { NotSignedIn } from "../api/ask";
import { NOTHING, type Answers } from "./answers";
import { isNew, keeperOf } from "./desk";
import type { Keeper } from "./keeper";
import type { Kept } from "./kept";
import { LATER_MILLISECONDS } from "./waiting";

/**
 * Show a draft and keep what is written in it.
 *
 * A new one can be written in at once: what is typed before its keeper is there is not lost. One
 * that others may know can be written in as soon as it is here.
 */
export function useDraft(id: string): Kept {
  const [shown, show] = useState<{ id: string; kept: Kept } | null>(null);
  const early = useRef<{ id: string; isNew: boolean; change: Partial<Answers> } | null>(null);
  if (early.current?.id !== id) early.current = { id, isNew: isNew(id), change: {} };

  const handOver = (keeper: Keeper): void => {
    const { change } = early.current ?? { change: {} };
    if (early.current) early.current = { ...early.current, change: {} };
    if (Object.keys(change).length) keeper.set(change);
  };
  const keeper = async (): Promise<Keeper> => {
    const found = await keeperOf(id);
    handOver(found);
    return found;
  };
  const opening = (failed: unknown): Kept => ({
    state: early.current?.isNew ? "ready" : failed === null ? "loading" : "failed",
    answers: { ...NOTHING, ...early.current?.change },
    set(change) {
      if (early.current) early.current = { ...early.current, change: { ...early.current.change, ...change } };
      show({ id, kept: opening(failed) });
    },
    saved: failed === null ? { kind: "new" } : { kind: "failed", error: failed },
    conflict: null,
    resolve: () => undefined,
    send: async () => (await keeper()).send(),
    discard: async () => (await keeper()).discard(),
    queued: false,
    refusal: null,
    onDevice: false,
  });

  useEffect(() => {
    let left = false;
    let later: number | undefined;
    let detach: (() => void) | null = null;
    const open = async () => {
      clearTimeout(later);
      try {
        const found = await keeperOf(id);
        if (left || detach) return;
        removeEventListener("online", open);
        handOver(found);
        detach = found.attach((kept) => show({ id, kept }));
      } catch (error) {
        if (left) return;
        show({ id, kept: opening(error) });
        // Whoever does not want to sign in now is not asked again by itself.
        if (!(error instanceof NotSignedIn)) later = setTimeout(open, LATER_MILLISECONDS);
      }
    };
    void open();
    addEventListener("online", open);
    return () => {
      left = true;
      clearTimeout(later);
      removeEventListener("online", open);
      detach?.();
    };
  }, [id]);

  return shown?.id === id ? shown.kept : opening(null);
}
