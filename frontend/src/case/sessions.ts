/** What can become of the sessions of a case. */

import type { Schemas } from "../api/client";

type Session = Schemas["SessionAnswer"];

/** Whether a session goes back when the guidance ends: it waits, or is still to begin. */
export const liesAhead = ({ status, startsAt }: Session, now: Date): boolean =>
  status === "waiting" || (status === "planned" && startsAt !== null && new Date(startsAt) > now);

/**
 * Choose the session with which the guidance closes: the API closes it with the outcome of one.
 *
 * What lies ahead first, as it is cancelled anyway; else one that has ended, as it ended.
 */
export function closedBy(sessions: Session[], now: Date): Session | null {
  return sessions.find((one) => liesAhead(one, now)) ?? sessions.find((one) => one.status !== "planned") ?? sessions[0] ?? null;
}
