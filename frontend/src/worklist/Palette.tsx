/** Ctrl+K: to a case by its number, a provision, a sector, or what is often done. */

import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";

import { ask } from "../api/ask";
import { api } from "../api/client";
import { Combobox, type Offer } from "../parts/Combobox";
import { Dialog } from "../parts/Dialog";
import { useCaller } from "../session/caller";

type Place = Offer & { to: string };

const OFTEN: (Place & { forAdvisers: boolean })[] = [
  { key: "new", text: "Nieuwe intake", to: "/intake", forAdvisers: true },
  { key: "work", text: "Mijn werk", to: "/zaken", forAdvisers: true },
  { key: "provisions", text: "Voorzieningen zoeken", to: "/voorzieningen", forAdvisers: false },
  { key: "coverage", text: "Dekking per sector", to: "/dekking", forAdvisers: false },
  { key: "help", text: "Hulp en sneltoetsen", to: "/hulp", forAdvisers: false },
];

export function Palette({ onClose }: { onClose: () => void }) {
  const { caller } = useCaller();
  const { route } = useLocation();
  const [text, setText] = useState("");
  const adviser = caller?.roles.includes("adviser") ?? false;
  const find = async (said: string, signal: AbortSignal): Promise<Place[]> => {
    const [cases, provisions, sectors] = await Promise.all([
      adviser ? casesOf(said, signal) : [],
      ask(() => api.GET("/provisions", { params: { query: { q: said, limit: 4 } }, signal })),
      ask(() => api.GET("/sectors", { params: { query: { q: said, limit: 3 } }, signal })),
    ]);
    const often = OFTEN.filter((one) => (adviser || !one.forAdvisers) && one.text.toLowerCase().includes(said.toLowerCase()));
    return [
      ...cases,
      ...often,
      ...provisions.items.map((one) => ({ key: `p-${one.id}`, text: one.name, more: "voorziening", to: `/voorzieningen/${one.id}` })),
      ...sectors.items.map((one) => ({
        key: `s-${one.id}`,
        text: one.name,
        more: "voorzieningen van deze sector",
        to: `/voorzieningen?sector=${encodeURIComponent(one.id)}`,
      })),
    ];
  };
  return (
    <Dialog title="Ga naar" onClose={onClose}>
      <Combobox
        label="Zaaknummer, voorziening, sector of opdracht"
        hint="Kies met de pijltjes en Enter. Esc sluit."
        value={text}
        onValue={setText}
        onPick={(picked) => {
          onClose();
          route(picked.to);
        }}
        search={find}
        autoFocus
      />
      <ul class="plain often">
        {OFTEN.filter((one) => adviser || !one.forAdvisers).map((one) => (
          <li key={one.key}>
            <a href={one.to} onClick={onClose}>
              {one.text}
            </a>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** A number begins with four letters or digits; with less, every case would fit. */
async function casesOf(said: string, signal: AbortSignal): Promise<Place[]> {
  if (!/^[0-9a-z]{4}(-?[0-9a-z]{0,4})$/i.test(said.trim())) return [];
  const found = await ask(() => api.GET("/intakes", { params: { query: { reference: said.trim(), limit: 5 } }, signal }));
  return found.items.map((one) => ({ key: one.id, text: `Zaak ${one.reference}`, more: one.holder?.name ?? "zonder behandelaar", to: `/zaken/${one.id}` }));
}

/** Open and close it by keyboard, wherever the focus is. */
export function usePalette(): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        // A dialog that is open asks for an answer first.
        if (!document.querySelector("dialog[open]")) setOpen(true);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return [open, setOpen];
}
