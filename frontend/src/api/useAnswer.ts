/** An answer of the API in a component: on its way, there, or not to be had. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export type Answered<T> =
  | { state: "asking"; data: null; error: null }
  | { state: "here"; data: T; error: null }
  | { state: "failed"; data: null; error: unknown };

const ASKING = { state: "asking", data: null, error: null } as const;

/**
 * Ask when the component comes and whenever `key` changes; an earlier question is given up.
 *
 * `again` asks once more and keeps showing what is there meanwhile; `put` shows what a change
 * answered, without asking.
 */
export function useAnswer<T>(
  key: string,
  question: (signal: AbortSignal) => Promise<T>,
): [Answered<T>, { again: () => void; put: (data: T) => void }] {
  const [shown, show] = useState<{ key: string; answered: Answered<T> }>({ key, answered: ASKING });
  const [round, next] = useState(0);
  const latest = useRef(question);
  latest.current = question;
  useEffect(() => {
    const stop = new AbortController();
    latest.current(stop.signal).then(
      (data) => {
        if (!stop.signal.aborted) show({ key, answered: { state: "here", data, error: null } });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) show({ key, answered: { state: "failed", data: null, error } });
      },
    );
    return () => stop.abort();
  }, [key, round]);
  const again = useCallback(() => next((one) => one + 1), []);
  const put = useCallback(
    (data: T) => show({ key, answered: { state: "here", data, error: null } }),
    [key],
  );
  return [shown.key === key ? shown.answered : ASKING, { again, put }];
}
