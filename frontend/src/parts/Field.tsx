/** Fields with their label, hint and fault in one place each. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export type FieldText = { label: string; hint?: string | undefined; fault?: string | null | undefined };

/** What cannot be read as an answer: the form is not to be sent as long as it stands there. See `unreadable`. */
export type Unreadable = { unreadable?: string | null | undefined };

type Typed = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Give the fields of a form that hold what cannot be read, in their order, with what is wrong. */
export function unreadable(form: HTMLFormElement): { id: string; said: string }[] {
  const fields = [...form.querySelectorAll<Typed>("input, textarea")].filter((one) => one.validity.customError);
  return fields.map((one) => ({ id: one.id, said: `${one.labels?.[0]?.textContent ?? ""}: ${one.validationMessage}` }));
}

/** Lay out one field; `children` is given the attributes that tie it to its label, hint and fault. */
export function Field({
  label,
  hint,
  fault: told,
  unreadable: wrong,
  id: given,
  children,
}: FieldText &
  Unreadable & {
    id?: string;
    children: (tied: {
      id: string;
      ref: (field: Typed | null) => void;
      "aria-describedby": string | undefined;
      "aria-invalid": "true" | undefined;
    }) => ComponentChildren;
  }) {
  const own = useId();
  const id = given ?? own;
  const fault = wrong ?? told;
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          <span class="visually-hidden">Fout: </span>
          {fault}
        </p>
      )}
      {children({
        id,
        ref: (field) => field?.setCustomValidity(wrong ?? ""),
        "aria-describedby": about || undefined,
        "aria-invalid": fault ? "true" : undefined,
      })}
    </div>
  );
}

/** One line of text. */
export function TextField({
  value,
  onValue,
  label,
  hint,
  fault,
  unreadable,
  id,
  inputMode = "text",
  autoFocus = false,
  most,
  children,
}: FieldText &
  Unreadable & {
    id?: string;
    value: string;
    onValue: (value: string) => void;
    inputMode?: "text" | "numeric" | "tel" | "email";
    autoFocus?: boolean;
    most?: number;
    /** Stands below the field. */
    children?: ComponentChildren;
  }) {
  return (
    <Field label={label} hint={hint} fault={fault} unreadable={unreadable} {...(id ? { id } : {})}>
      {(tied) => (
        <>
          <input
            {...tied}
            type="text"
            autoComplete="off"
            inputMode={inputMode}
            autoFocus={autoFocus}
            maxLength={most}
            value={value}
            onInput={(event) => onValue(event.currentTarget.value)}
          />
          {children}
        </>
      )}
    </Field>
  );
}

/** A text of some lines. */
export function NoteField({
  value,
  onValue,
  label,
  hint,
  fault,
  id,
  most,
}: FieldText & { id?: string; value: string; onValue: (value: string) => void; most: number }) {
  return (
    <Field label={label} hint={hint} fault={fault} {...(id ? { id } : {})}>
      {(tied) => (
        <textarea {...tied} autoComplete="off" maxLength={most} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </Field>
  );
}

/** One of a few, as radio buttons; `none` adds a choice for what is not known. */
export function Choices<Code extends string>({
  label,
  hint,
  fault,
  words,
  value,
  onValue,
  none,
  id,
  down = false,
}: FieldText & {
  words: Record<Code, string>;
  value: Code | null;
  onValue: (value: Code | null) => void;
  none?: string;
  id?: string;
  down?: boolean;
}) {
  const own = useId();
  const name = id ?? own;
  const choices: [Code | null, string][] = Object.entries(words) as [Code, string][];
  if (none) choices.push([null, none]);
  const about = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(" ");
  return (
    <fieldset class="field" aria-describedby={about || undefined}>
      <legend>{label}</legend>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class="fault" id={`${name}-fault`}>
          <span class="visually-hidden">Fout: </span>
          {fault}
        </p>
      )}
      <div class={`choices ${down ? "down" : ""}`}>
        {choices.map(([code, said], place) => (
          <label class="choice" key={code}>
            <input
              type="radio"
              name={name}
              id={place ? undefined : name}
              checked={value === code}
              onChange={() => onValue(code)}
            />
            {said}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
