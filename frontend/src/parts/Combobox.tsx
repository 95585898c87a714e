/**
 * A text field that offers what fits (ARIA APG, combobox with list autocomplete).
 *
 * Free text stays allowed. The list stands right after the field and hides nothing else.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { Field, type FieldText, type Unreadable } from "./Field";

export type Offer = { key: string; text: string; more?: string };

const PAUSE_MILLISECONDS = 200;

export function Combobox<One extends Offer>({
  label,
  hint,
  fault,
  unreadable,
  id: given,
  value,
  onValue,
  onPick,
  search,
  placeholder,
  autoFocus = false,
  children,
}: FieldText &
  Unreadable & {
    id?: string;
    value: string;
    onValue: (text: string) => void;
    /** Called with what was picked; without it the field takes its text. */
    onPick?: (picked: One) => void;
    /** Find what fits; an empty list when nothing does. */
    search: (text: string, signal: AbortSignal) => Promise<One[]>;
    placeholder?: string;
    autoFocus?: boolean;
    /** Stands below the field: what was understood, say. */
    children?: ComponentChildren;
  }) {
  const own = useId();
  const id = given ?? own;
  const list = `${id}-list`;
  const [offers, setOffers] = useState<One[]>([]);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const asked = useRef("");
  const wanted = useRef(false);
  const box = useRef<HTMLUListElement>(null);

  useEffect(() => {
    const text = value.trim();
    if (!wanted.current || !text) {
      setOffers([]);
      setOpen(false);
      return undefined;
    }
    const stop = new AbortController();
    const wait = setTimeout(() => {
      search(text, stop.signal).then(
        (found) => {
          if (stop.signal.aborted) return;
          asked.current = text;
          setOffers(found);
          setAt(-1);
          // Who has gone on to another field meanwhile wants no list over it.
          setOpen(document.activeElement?.id === id);
        },
        () => {
          // Without a connection there is nothing to offer; what is typed stays.
          if (!stop.signal.aborted) setOpen(false);
        },
      );
    }, PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(wait);
      stop.abort();
    };
  }, [value]);

  useEffect(() => {
    box.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  const shown = open && offers.length > 0;
  const pick = (one: One) => {
    wanted.current = false;
    setOpen(false);
    if (onPick) onPick(one);
    else onValue(one.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) {
        setOpen(offers.length > 0);
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const count = offers.length + 1; // one more: nothing picked
      setAt((here) => ((here + 1 + step + count) % count) - 1);
    } else if (event.key === "Enter" && shown && at >= 0) {
      event.preventDefault();
      const one = offers[at];
      if (one) pick(one);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Tab") {
      setOpen(false);
    }
  };
  return (
    <Field label={label} hint={hint} fault={fault} unreadable={unreadable} id={id}>
      {(tied) => (
        <>
          <div class="combobox">
            <input
              {...tied}
              type="text"
              role="combobox"
              autoComplete="off"
              spellcheck={false}
              autoFocus={autoFocus}
              aria-autocomplete="list"
              aria-expanded={shown}
              aria-controls={list}
              aria-activedescendant={shown && at >= 0 ? `${list}-${at}` : undefined}
              placeholder={placeholder}
              value={value}
              onInput={(event) => {
                wanted.current = true;
                onValue(event.currentTarget.value);
              }}
              onKeyDown={onKeyDown}
              onBlur={() => setOpen(false)}
            />
            <ul ref={box} id={list} role="listbox" aria-label={label} hidden={!shown} onPointerDown={(event) => event.preventDefault()}>
              {shown &&
                offers.map((one, place) => (
                  <li key={one.key} id={`${list}-${place}`} role="option" aria-selected={place === at} onClick={() => pick(one)}>
                    {one.text}
                    {one.more && <small>{one.more}</small>}
                  </li>
                ))}
            </ul>
          </div>
          <span class="visually-hidden" role="status">
            {open && value.trim() === asked.current ? told(offers.length) : ""}
          </span>
          {children}
        </>
      )}
    </Field>
  );
}

function told(count: number): string {
  if (count === 0) return "Niets gevonden. Wat u typt blijft staan.";
  return count === 1 ? "1 voorstel" : `${count} voorstellen`;
}
