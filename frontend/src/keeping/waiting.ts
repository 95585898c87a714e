/** How long to wait before asking again. */

const FIRST = 2;
const LONGEST = 60;

/** Before a screen that could not be opened tries again. */
export const LATER_MILLISECONDS = 3000;

export type Failed = { status: number; retryAfter: string | null };

/**
 * Say after how many seconds to ask again, or null when asking again answers the same.
 *
 * `failed` is what was answered, null when nobody answered; `times` is how often that has been.
 */
export function wait(failed: Failed | null, times: number, now: Date): number | null {
  if (failed && failed.status < 500 && failed.status !== 429 && failed.status !== 408) return null;
  const said = failed && secondsOf(failed.retryAfter, now);
  return said ?? Math.min(FIRST * 2 ** (times - 1), LONGEST);
}

/** Read a Retry-After (RFC 9110, 10.2.3): seconds, or a moment. */
function secondsOf(text: string | null, now: Date): number | null {
  if (!text) return null;
  if (/^\d+$/.test(text)) return Math.max(1, Number(text));
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? null : Math.max(1, Math.ceil((moment - now.getTime()) / 1000));
}
