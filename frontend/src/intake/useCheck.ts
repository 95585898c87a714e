/** The provision check that runs along: asked 300 ms after the last change, and kept on show meanwhile. */

import { useEffect, useRef, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { plain, type Answers } from "../keeping/answers";

export type Check = Schemas["ProvisionCheckAnswer"];
export type Checked = { check: Check | null; error: unknown };

const PAUSE_MILLISECONDS = 300;

/** What can be checked: null as long as nobody knows where the worker comes from. */
function body(answers: Answers): Schemas["IntakeIn"] | null {
  const { originSector, ...rest } = plain(answers);
  if (!originSector) return null;
  const said = Object.entries(rest).filter(([, value]) => value !== null);
  return { originSector, ...Object.fromEntries(said) };
}

export function useCheck(answers: Answers): Checked {
  const [shown, show] = useState<Checked>({ check: null, error: null });
  const asked = body(answers);
  const key = JSON.stringify(asked);
  const first = useRef(true);
  useEffect(() => {
    if (!asked) {
      show({ check: null, error: null });
      return undefined;
    }
    const stop = new AbortController();
    const timer = setTimeout(
      () => {
        ask(() => api.POST("/provision-checks", { body: asked, signal: stop.signal })).then(
          (check) => show({ check, error: null }),
          (error: unknown) => {
            if (!stop.signal.aborted) show((before) => ({ check: before.check, error }));
          },
        );
      },
      first.current ? 0 : PAUSE_MILLISECONDS,
    );
    first.current = false;
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  return shown;
}
