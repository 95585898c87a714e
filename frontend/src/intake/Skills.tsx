/** What the worker can: one at a time, with Enter; half a word counts as well. */

import { useState } from "preact/hooks";

import { Combobox } from "../parts/Combobox";
import { skills as search } from "./searches";

export function Skills({
  id,
  label,
  fault,
  skills,
  suggested,
  onSkills,
}: {
  id: string;
  label: string;
  fault: string | null;
  skills: string[];
  /** What somebody in this occupation most likely can. */
  suggested: string[];
  onSkills: (skills: string[]) => void;
}) {
  const [text, setText] = useState("");
  const [told, tell] = useState("");
  const add = (said: string) => {
    const one = said.trim();
    if (one && !skills.includes(one)) {
      onSkills([...skills, one]);
      tell(`${one} toegevoegd`);
    }
    setText("");
  };
  const more = suggested.filter((one) => !skills.includes(one)).slice(0, 6);
  const back = () => document.getElementById(id)?.focus();
  return (
    <div
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.defaultPrevented || !text.trim()) return;
        // With Ctrl it goes on to the form, which sends the intake: with this skill in it.
        if (!event.ctrlKey && !event.metaKey) event.preventDefault();
        add(text);
      }}
      onFocusOut={() => add(text)}
    >
      <Combobox
        id={id}
        label={label}
        hint="Eén per keer, met Enter. In de woorden van de werknemer."
        fault={fault}
        value={text}
        onValue={setText}
        onPick={(picked) => add(picked.text)}
        search={search}
      />
      <ul class="plain chips" aria-label="Vaardigheden die zijn ingevuld">
        {skills.map((one) => (
          <li key={one}>
            {one}
            <button
              type="button"
              class="button quiet"
              onClick={() => {
                onSkills(skills.filter((other) => other !== one));
                tell(`${one} weggehaald`);
                back();
              }}
            >
              Haal weg<span class="visually-hidden">: {one}</span>
            </button>
          </li>
        ))}
      </ul>
      {more.length > 0 && (
        <p class="hint">
          Vraag of de werknemer dit ook kan:{" "}
          {more.map((one) => (
            <button
              key={one}
              type="button"
              class="button quiet"
              onClick={() => {
                add(one);
                back();
              }}
            >
              + {one}
            </button>
          ))}
        </p>
      )}
      <span class="visually-hidden" role="status">
        {told}
      </span>
    </div>
  );
}
