/** Dates and times as people here write them: "di 24 november 2026, 14.03 uur". */

const ZONE = "Europe/Amsterdam";

function format(options: Intl.DateTimeFormatOptions): (instant: string | Date) => string {
  const made = new Intl.DateTimeFormat("nl-NL", { timeZone: ZONE, ...options });
  return (instant) => made.format(typeof instant === "string" ? new Date(instant) : instant);
}

const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "14.03" */
export const time = (instant: string | Date): string => clock(instant).replace(":", ".");

/** "dinsdag 24 november" */
export const weekday = format({ weekday: "long", day: "numeric", month: "long" });

/** "24 november 2026"; takes a day ("2026-11-24") as well. */
export const day = format({ day: "numeric", month: "long", year: "numeric" });

/** "dinsdag 24 november 2026" */
export const longDay = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** "dinsdag 24 november, 14.03 uur" */
export const moment = (instant: string | Date): string =>
  `${weekday(instant)}, ${time(instant)} uur`;

/** "2026-11-24": the day here of an instant, to compare and to group by. */
const parts = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });
export const isoDay = (instant: string | Date): string => parts.format(new Date(instant));

/** Whether two instants fall on the same day here. */
export const sameDay = (one: string | Date, other: string | Date): boolean =>
  isoDay(one) === isoDay(other);

/** The instant at which a day ("2026-11-24") begins here. */
export function midnight(day: string): string {
  const found = ["+01:00", "+02:00"].map((zone) => new Date(`${day}T00:00:00${zone}`)).find((one) => isoDay(one) === day && time(one) === "00.00");
  if (!found) throw new RangeError(`No day: ${day}`);
  return found.toISOString();
}
