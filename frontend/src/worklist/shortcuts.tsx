/** The shortcuts, and `?` that shows them; a single key can be switched off (WCAG 2.1.4). */

import { useEffect, useState } from "preact/hooks";

import { Dialog } from "../parts/Dialog";

const KEYS: [string[], string][] = [
  [["Ctrl", "K"], "Ga naar een zaak, een voorziening, een sector of een opdracht"],
  [["Ctrl", "Enter"], "Verstuur of bewaar wat u invult"],
  [["?"], "Toon deze sneltoetsen"],
  [["Esc"], "Sluit een lijst of een venster"],
  [["Tab"], "Naar het volgende veld"],
  [["↑", "↓"], "Kies uit een lijst; Enter neemt over"],
];

const OFF = "gids-vraagteken-uit";

export function ShortcutList() {
  return (
    <table>
      <caption>Sneltoetsen</caption>
      <thead>
        <tr>
          <th scope="col">Toets</th>
          <th scope="col">Wat die doet</th>
        </tr>
      </thead>
      <tbody>
        {KEYS.map(([keys, told]) => (
          <tr key={told}>
            <td>
              {keys.map((one, place) => (
                <span key={one}>
                  {place > 0 && " + "}
                  <kbd>{one}</kbd>
                </span>
              ))}
            </td>
            <td>{told}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Whether `?` works, kept on this device: it says nothing of anybody. */
export function QuestionMarkSwitch() {
  const [off, setOff] = useState(() => localStorage.getItem(OFF) !== null);
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={!off}
        onChange={(event) => {
          const on = event.currentTarget.checked;
          if (on) localStorage.removeItem(OFF);
          else localStorage.setItem(OFF, "1");
          setOff(!on);
        }}
      />
      De toets ? toont de sneltoetsen
    </label>
  );
}

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");

/** Show the shortcuts when `?` is pressed outside a field. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (localStorage.getItem(OFF) !== null || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  if (!open) return null;
  return (
    <Dialog title="Sneltoetsen" onClose={() => setOpen(false)}>
      <ShortcutList />
      <QuestionMarkSwitch />
      <p class="buttons">
        <button type="button" class="button" onClick={() => setOpen(false)}>
          Sluiten
        </button>
      </p>
    </Dialog>
  );
}
