import { dayTyped } from "../words/dayTyped";
import { TextField } from "./Field";
import { useTyped } from "./useTyped";

const written = (day: string) => day.split("-").reverse().join("-");

/** A day as people here write it, "1-10-2024", of which the value is "2024-10-01"; null is none. */
export function DayField({ label, value, onValue, id, fault = null }: { label: string; value: string | null; onValue: (day: string | null) => void; id?: string; fault?: string | null }) {
  const [text, type] = useTyped(value, written, dayTyped);
  return (
    <TextField
      label={label}
      hint="Dag, maand en jaar: 1-10-2024. Weet u het niet, laat het dan leeg."
      fault={fault}
      unreadable={text.trim() && !dayTyped(text) ? "Schrijf een dag als 1-10-2024." : null}
      inputMode="numeric"
      value={text}
      most={10}
      {...(id ? { id } : {})}
      onValue={(said) => onValue(type(said))}
    />
  );
}
