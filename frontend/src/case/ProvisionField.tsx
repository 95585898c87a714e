/** Pick a provision by typing what it is called, or what it is about. */

import { ask } from "../api/ask";
import { api } from "../api/client";
import { Combobox, type Offer } from "../parts/Combobox";

export type Picked = { text: string; id: string | null };

export function ProvisionField({ id, value, onValue, fault }: { id: string; value: Picked; onValue: (picked: Picked) => void; fault: string | null }) {
  const search = async (q: string, signal: AbortSignal): Promise<Offer[]> => {
    const found = await ask(() => api.GET("/provisions", { params: { query: { q, status: "current", limit: 8 } }, signal }));
    return found.items.map((one) => ({ key: one.id, text: one.name, ...(one.provider ? { more: one.provider } : {}) }));
  };
  return (
    <Combobox
      id={id}
      label="Voorziening"
      hint="Typ een deel van de naam en kies uit de lijst."
      fault={fault}
      value={value.text}
      onValue={(text) => onValue({ text, id: null })}
      onPick={(one) => onValue({ text: one.text, id: one.key })}
      search={search}
    />
  );
}
