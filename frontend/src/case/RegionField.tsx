/** The region of a place, for a case of which it is not known. */

import { ask } from "../api/ask";
import { api } from "../api/client";
import { useAnswer } from "../api/useAnswer";
import { Field } from "../parts/Field";
import { Failure } from "../parts/Notice";

export function RegionField({ value, onValue, fault }: { value: string | null; onValue: (code: string | null) => void; fault: string | null }) {
  const [found, { again }] = useAnswer("regions", (signal) => ask(() => api.GET("/regions", { params: { query: { limit: 100 } }, signal })));
  if (found.state === "failed") return <Failure error={found.error} again={again} />;
  return (
    <Field id="slot-region" label="In welke regio?" hint="Bij de intake is geen woonplaats genoemd." fault={fault}>
      {(tied) => (
        <select {...tied} value={value ?? ""} onChange={(event) => onValue(event.currentTarget.value || null)}>
          <option value="">Kies een regio</option>
          {found.data?.items.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
