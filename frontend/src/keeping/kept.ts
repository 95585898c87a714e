/** What a screen gets of a draft, and what it may do with it. */

import type { Refused } from "../api/ask";
import type { Answers } from "./answers";

export type Saved =
  | { kind: "new" }
  | { kind: "saving" }
  | { kind: "saved"; at: string }
  | { kind: "offline" }
  | { kind: "failed"; error: unknown };

export type Sent =
  | { kind: "sent"; intakeId: string }
  | { kind: "queued" }
  | { kind: "refused"; error: Refused };

export type Conflict = { mine: Answers; theirs: Answers; savedBy: string | null; savedAt: string };

export type Kept = {
  state: "loading" | "ready" | "sent" | "gone" | "failed";
  answers: Answers;
  /** Each keystroke: kept on the device at once, on the server 800 ms after the last one. */
  set: (change: Partial<Answers>) => void;
  saved: Saved;
  /** Somebody else changed the same answers; nothing is saved until the adviser has chosen. */
  conflict: Conflict | null;
  resolve: (chosen: Answers) => void;
  /** Send it as an intake, once; without a connection it goes as soon as there is one. */
  send: () => Promise<Sent>;
  /** Throw it away, here and on the server. Throws what `ask` throws. */
  discard: () => Promise<void>;
  /** It waits to be sent; a change takes it back. */
  queued: boolean;
  /** Why sending it was refused, also when that happened on another screen. */
  refusal: Refused | null;
  /** Whether what is written is kept on this device; false where the browser does not allow that. */
  onDevice: boolean;
};
