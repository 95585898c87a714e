/**
 * Sending a draft as an intake: what waits on the device, and what becomes of it.
 *
 * Pure, on top of saving.ts. What is sent is what the adviser saw: when somebody else's change comes
 * in between, it is not sent but given back. Nothing that is refused is dropped.
 */

import { NOTHING, same, type Answers } from "./answers";
import { changed, inherited, isUnsent, NEW, told, wants, type Draft, type Told } from "./saving";

/** Why the service would not have it, as it said it; kept with the draft. */
export type Refusal = { status: number; problem: { type: string; errors?: readonly { code: string; pointer: string }[] | null } | null };

export type Held = {
  draft: Draft;
  /** The adviser sent it; it goes when it can. */
  queued: boolean;
  refusal: Refusal | null;
};

export const EMPTY: Held = { draft: NEW, queued: false, refusal: null };

const because = (status: number, type: string): Refusal => ({ status, problem: { type } });
export const OVERTAKEN = because(412, "precondition-failed");
const ALREADY_SENT = because(409, "draft-already-sent");
export const NOT_THERE = because(404, "not-found");

const slugOf = (refusal: Refusal): string => refusal.problem?.type.split("/").at(-1) ?? "";

/** What is to be asked of the service next. */
export function next(held: Held): "look" | "put" | "post" | null {
  const { draft, queued } = held;
  if (draft.contest || draft.end) return null;
  return wants(draft) ?? (queued ? "post" : null);
}

/** Whether it has to stay on the device. */
export function mustStay({ draft, queued, refusal }: Held): boolean {
  return queued || refusal !== null || (draft.end === null && isUnsent(draft));
}

/** The adviser wrote something: what waited to be sent is taken back. */
export function rewritten(held: Held, change: Partial<Answers>): Held {
  return { ...held, queued: false, draft: changed(held.draft, change) };
}

/** The adviser sent it. */
export const sendOff = (held: Held): Held => (held.draft.end ? held : { ...held, queued: true, refusal: null });

/** Give it back to the adviser, with what was wrong. */
export const givenBack = (held: Held, refusal: Refusal): Held => ({ ...held, queued: false, refusal });

/** The service told something about the draft. */
export function learned(held: Held, news: Told): Held {
  const draft = told(held.draft, news);
  const after = { ...held, draft };
  // What was tried without an answer may be in it or not: rather say so once too often.
  if (draft.end === "sent") return isUnsent(held.draft) ? givenBack(after, ALREADY_SENT) : accepted(held);
  if (draft.end === "gone" && isUnsent(held.draft)) return givenBack(after, NOT_THERE);
  const asSeen = !draft.contest && same(draft.mine, held.draft.mine);
  return held.queued && !asSeen ? givenBack(after, OVERTAKEN) : after;
}

/** It has become an intake. */
export const accepted = (held: Held): Held => ({ draft: { ...held.draft, contest: null, look: null, end: "sent" }, queued: false, refusal: null });

/** The service refused to make an intake of it. */
export function refused(held: Held, refusal: Refusal): Held {
  if (slugOf(refusal) === "draft-already-sent") return learned(held, { kind: "sent" });
  if (refusal.status === 412) return { ...givenBack(held, refusal), draft: told(held.draft, { kind: "overtaken" }) };
  if (refusal.problem?.errors?.some(({ code }) => code === "unknown-draft")) {
    // Thrown away by somebody, or after its time: it is made again, once, and sent then.
    const again = { ...held, draft: { ...held.draft, version: 0, base: NOTHING, tried: [] } };
    return held.draft.version === 1 ? givenBack(again, refusal) : again;
  }
  return givenBack(held, refusal);
}

/** Take over what a tab that is gone held. */
export function takenOver(held: Held, left: Held): Held {
  const draft = inherited(held.draft, left.draft);
  const queued = left.queued || held.queued;
  const sentOff = left.queued ? left : held;
  const whole = { draft: { ...draft, look: draft.look ?? ("lost" as const) }, queued, refusal: queued ? null : (left.refusal ?? held.refusal) };
  const asSent = !draft.contest && same(draft.mine, sentOff.draft.mine);
  return queued && !asSent ? givenBack(whole, OVERTAKEN) : whole;
}
