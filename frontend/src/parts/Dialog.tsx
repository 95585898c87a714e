/** A native modal dialog: Esc closes, focus goes in and comes back to what opened it. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, textarea, a[href], [tabindex]";

export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    box.current?.showModal();
    return () => {
      // What opened it may be gone by now; then the heading of the screen is nearest.
      const back = opener?.isConnected && opener !== document.body ? opener : document.querySelector("h1");
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  useEffect(() => {
    // What had the focus may be gone now that something else is shown.
    if (document.activeElement === document.body) box.current?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
  });
  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        // A browser closes by itself at a second Esc, whatever was said to the cancel event.
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
