import { useEffect, useState } from "preact/hooks";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { Combobox } from "../parts/Combobox";

/** Choose a sector in the words people use; what is typed chooses nothing until it is picked. */
export function SectorField({ sector, onSector }: { sector: string | undefined; onSector: (id: string | null) => void }) {
  const [text, setText] = useState("");
  useEffect(() => {
    if (!sector) {
      setText("");
      return undefined;
    }
    const stop = new AbortController();
    named(sector, stop.signal).then(setText, () => {
      // Without its name the sector shows as the address has it.
      if (!stop.signal.aborted) setText(sector);
    });
    return () => stop.abort();
  }, [sector]);
  return (
    <Combobox
      label="Sector"
      hint="Bijvoorbeeld: schoonmaak, de kassen, vrachtwagenchauffeur."
      value={text}
      onValue={(said) => {
        setText(said);
        if (!said.trim()) onSector(null);
      }}
      onPick={(picked) => {
        setText(picked.text);
        onSector(picked.key);
      }}
      search={async (said, signal) => {
        const found = await ask(() => api.GET("/sectors", { params: { query: { q: said, limit: 8 } }, signal }));
        return found.items.map((one) => ({ key: one.id, text: one.name }));
      }}
    />
  );
}

async function named(sector: string, signal: AbortSignal): Promise<string> {
  const found = await ask(() => api.GET("/sectors", { params: { query: { q: sector, limit: 20 } }, signal }));
  return found.items.find((one) => one.id === sector)?.name ?? sector;
}
