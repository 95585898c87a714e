/** Read a day as people type it here, "4-12-2026" or "04/12/2026", as "2026-12-04"; null when it is none. */
export function dayTyped(text: string): string | null {
  const found = /^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})\s*$/.exec(text);
  if (!found) return null;
  const [, day = "", month = "", year = ""] = found;
  const said = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const made = new Date(`${said}T12:00:00Z`);
  return !Number.isNaN(made.getTime()) && made.toISOString().startsWith(said) ? said : null;
}
