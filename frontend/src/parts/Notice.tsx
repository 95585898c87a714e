/** What is said to the adviser: quietly (`status`), or at once (`alert`). */

import type { ComponentChildren } from "preact";

import { saidOf } from "../words/refusals";

type Kind = "told" | "done" | "waits" | "fault";
const CLASS: Record<Kind, string> = { told: "", done: "done", waits: "waits", fault: "fault-notice" };

export function Notice({ kind = "told", children }: { kind?: Kind; children: ComponentChildren }) {
  return (
    <div class={`notice ${CLASS[kind]}`} role={kind === "fault" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** What went wrong, with a way to try again when there is one. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <Notice kind="fault">
      <p>{saidOf(error)}</p>
      {again && (
        <p>
          <button type="button" class="button" onClick={again}>
            Probeer opnieuw
          </button>
        </p>
      )}
    </Notice>
  );
}

export function Asking({ what = "Even wachten" }: { what?: string }) {
  return <p role="status">{what} …</p>;
}

/** A state in words; the colour only repeats them. */
export function State({ kind, children }: { kind: "done" | "waits" | "fault" | "told"; children: ComponentChildren }) {
  const style = kind === "fault" ? "fault-state" : kind === "told" ? "" : kind;
  return <span class={`state ${style}`}>{children}</span>;
}
