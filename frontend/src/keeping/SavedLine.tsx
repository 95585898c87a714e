/** Whether what is written is safe: said when that changes, not at each key. */

import { useRef } from "preact/hooks";

import { Unreachable } from "../api/ask";
import { time } from "../words/dates";
import { saidOf } from "../words/refusals";
import type { Kept } from "./kept";

export function SavedLine({ kept }: { kept: Kept }) {
  const last = useRef("");
  // Between two saves the line stays as it was: nobody wants to hear of each one.
  if (kept.saved.kind !== "saving") last.current = said(kept);
  return (
    <p class="saved" role="status">
      {last.current}
    </p>
  );
}

function said({ saved, onDevice, queued, state }: Kept): string {
  const safe = onDevice ? "Wat u invult, staat op dit apparaat." : "Laat dit venster open: dit apparaat kan niets bewaren.";
  if (state === "sent") return "verstuurd";
  if (state === "loading" || state === "gone") return "";
  if (state === "failed") return `Deze intake is nog niet opgehaald. ${saidOf(saved.kind === "failed" ? saved.error : new Unreachable())}`;
  switch (saved.kind) {
    case "offline":
      return queued
        ? "Geen verbinding. De intake wordt verstuurd zodra er verbinding is."
        : `Geen verbinding. U kunt doorwerken. ${safe}`;
    case "failed":
      return `Niet bewaard. ${saidOf(saved.error)} ${safe}`;
    case "saved":
      return `bewaard ${time(saved.at)}`;
    case "new":
    case "saving":
      return "";
  }
}
