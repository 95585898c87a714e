/** Look again when the window comes back and every minute it is seen; what is shown stays meanwhile. */

import { useEffect } from "preact/hooks";

const EVERY_MILLISECONDS = 60_000;

export function useRefreshed(again: () => void): void {
  useEffect(() => {
    const look = () => {
      if (!document.hidden) again();
    };
    const timer = setInterval(look, EVERY_MILLISECONDS);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [again]);
}
