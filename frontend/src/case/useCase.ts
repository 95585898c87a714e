/** One case on the screen: read, kept fresh, changed, and told of. */

import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { referralSentence } from "../words/case";
import { outcome } from "../words/terms";

export type Intake = Schemas["IntakeAnswer"];
export type SessionAnswer = Schemas["SessionAnswer"];
export type Told = { text: string; at: string | null };

export type Case = {
  intake: Intake;
  caller: Schemas["CallerAnswer"] | null;
  /** Whether the API lets the caller change it: they hold it, or a planned session of it. */
  mayAct: boolean;
  /** Grows with each change, so that what hangs on the case is asked anew. */
  round: number;
  /** Show what a change did: the case is read again, told of, and the focus goes to `at`. */
  done: (text: string, at: string | null) => Promise<void>;
};

export const CaseContext = createContext<Case | null>(null);

/** Give the case that is on the screen; only within it. */
export function useCase(): Case {
  const found = useContext(CaseContext);
  if (!found) throw new Error("There is no case around this");
  return found;
}

const EVERY_MILLISECONDS = 30_000;

const read = (id: string, signal?: AbortSignal) =>
  api.GET("/intakes/{intakeId}", { params: { path: { intakeId: id } }, ...(signal ? { signal } : {}) });

/** Read the case, look for news politely, and know what is to be said of it. */
export function useReadCase(id: string) {
  const [found, { again, put }] = useAnswer(`case ${id}`, (signal) => ask(() => read(id, signal)));
  const [told, tell] = useState<Told | null>(null);
  const [round, next] = useState(0);
  const shown = useRef<Intake | null>(null);
  shown.current = found.data;

  const take = useCallback(
    (intake: Intake) => {
      put(intake);
      next((one) => one + 1);
    },
    [put],
  );
  useFresh(id, found.state === "here", (intake) => {
    const before = shown.current;
    if (before && JSON.stringify(before) === JSON.stringify(intake)) return;
    take(intake);
    const news = before ? newsOf(before, intake) : "";
    if (news) tell({ text: news, at: null });
  });
  const done = useCallback(
    async (text: string, at: string | null) => {
      let more = "";
      try {
        const before = shown.current;
        const now = await ask(() => read(id));
        take(now);
        if (before && before.outcome !== now.outcome) more = ` De uitkomst is nu: ${outcome[now.outcome]}.`;
      } catch {
        // It was done; only what stands here is older.
        more = " Dit scherm kon niet worden ververst. Ververs de pagina.";
      }
      tell({ text: text + more, at });
    },
    [id, take],
  );
  return { found, again, told, round, done };
}

/** Ask for news on coming back to the page and each half minute, not while somebody types. */
function useFresh(id: string, on: boolean, onNews: (intake: Intake) => void): void {
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    if (!on) return undefined;
    const stop = new AbortController();
    const look = async () => {
      if (document.visibilityState !== "visible" || isTyping()) return;
      try {
        // Not by `ask`: a look of its own accord asks nobody to sign in again.
        const { data } = await read(id, stop.signal);
        if (data && !stop.signal.aborted && !isTyping()) latest.current(data);
      } catch (error) {
        // Nobody there: what stands on the screen stays, and the next look may find news.
        if (!(error instanceof TypeError || stop.signal.aborted)) throw error;
      }
    };
    const timer = setInterval(look, EVERY_MILLISECONDS);
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      stop.abort();
      clearInterval(timer);
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id, on]);
}

function isTyping(): boolean {
  const at = document.activeElement;
  return document.querySelector("dialog[open]") !== null || at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && at.type === "text");
}

function newsOf(before: Intake, after: Intake): string {
  const news = after.referrals.flatMap((one) => {
    const old = before.referrals.find((other) => other.id === one.id);
    return old?.status === one.status ? [] : [`${one.name}: ${referralSentence[one.status]}`];
  });
  const same = JSON.stringify(before.sessions) === JSON.stringify(after.sessions);
  if (!same) news.push("De gidsgesprekken zijn gewijzigd.");
  if (before.holder?.id !== after.holder?.id) news.push(after.holder ? `${after.holder.name} behandelt nu deze zaak.` : "Deze zaak wacht op een behandelaar.");
  return news.join(" ");
}

/** When what had the focus is gone, give it to the heading of the part it was in. */
export function useKeepFocus(changed: unknown, told: Told | null): void {
  const last = useRef<string | null>(null);
  useEffect(() => {
    const note = (event: FocusEvent) => {
      if (event.target instanceof Element) last.current = event.target.closest("[data-part]")?.getAttribute("data-part") ?? null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    if (document.activeElement === document.body && last.current) focusOn(last.current);
  }, [changed]);
  useEffect(() => {
    if (told?.at) focusOn(told.at);
  }, [told]);
}

/** Put the focus on a heading; on that of the screen when it is not there. */
export function focusOn(id: string): void {
  const heading = document.getElementById(id) ?? document.querySelector("h1");
  // What stands in something that is shut cannot have the focus.
  heading?.closest("details:not([open])")?.setAttribute("open", "");
  if (heading instanceof HTMLElement) heading.focus();
}
