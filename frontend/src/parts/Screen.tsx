/** One screen: its heading, the title of the window, and the focus where it begins. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let first = true;

export function Screen({ title, tab, children }: { title: string; tab?: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${tab ?? title} | Gidsfunctie`;
  }, [title, tab]);
  useEffect(() => {
    // Who comes in reads from the top; who goes on to another screen hears which one it is.
    if (!first) heading.current?.focus();
    first = false;
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </>
  );
}
