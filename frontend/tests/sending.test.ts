import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, type Answers } from "../src/keeping/answers";
import { NEW, trying, type Draft } from "../src/keeping/saving";
import { accepted, EMPTY, learned, mustStay, next, refused, rewritten, sendOff, takenOver, type Held } from "../src/keeping/sending";

const AT = "2026-11-23T09:00:00Z";
const answers = (some: Answers): Answers => ({ ...NOTHING, ...some });
const at = (version: number, some: Answers): Draft => ({ ...NEW, version, savedAt: AT, base: answers(some), mine: answers(some) });
const saved = (version: number, some: Answers): Held => ({ ...EMPTY, draft: at(version, some) });
const theirs = (version: number, some: Answers) => ({ kind: "theirs", version, answers: answers(some), savedAt: AT, savedBy: "Bo" }) as const;
const problem = (slug: string, ...codes: string[]) => ({ type: `https://x/problems/${slug}`, errors: codes.map((code) => ({ code, pointer: "/draftId" })) });

test("it is saved first, and sent then", () => {
  let held = sendOff(rewritten(EMPTY, { originSector: "zorg" }));
  assert.equal(next(held), "put");
  held = learned(held, { kind: "kept", version: 1, savedAt: AT, answers: held.draft.mine });
  assert.equal(next(held), "post");
  held = accepted(held);
  assert.equal(next(held), null);
  assert.equal(mustStay(held), false);
});

test("what is saved and not sent does not stay on the device", () => {
  assert.equal(mustStay(saved(1, { originSector: "zorg" })), false);
  assert.equal(mustStay(rewritten(saved(1, {}), { originSector: "zorg" })), true);
  assert.equal(mustStay(sendOff(saved(1, { originSector: "zorg" }))), true);
});

test("writing on takes back what waited to be sent", () => {
  assert.equal(next(rewritten(sendOff(saved(1, {})), { motivation: "a" })), "put");
  assert.equal(rewritten(sendOff(saved(1, {})), { motivation: "a" }).queued, false);
});

test("what is refused comes back with what was wrong, and may be sent again", () => {
  const held = refused(sendOff(saved(1, {})), { status: 400, problem: problem("invalid-input", "missing") });
  assert.equal(held.queued, false);
  assert.equal(held.refusal?.status, 400);
  assert.equal(mustStay(held), true);
  assert.equal(sendOff(held).refusal, null);
});

test("a change of a colleague on the way is not sent along unseen", () => {
  const held = learned(sendOff(rewritten(saved(1, {}), { motivation: "a" })), theirs(2, { jobLoss: "none" }));
  assert.equal(held.queued, false);
  assert.equal(held.refusal?.status, 412);
  assert.equal(held.draft.mine.jobLoss, "none");
  assert.equal(held.draft.contest, null);
});

test("an older version is refused, and what the server has is looked at", () => {
  const held = refused(sendOff(saved(1, {})), { status: 412, problem: problem("precondition-failed") });
  assert.equal(next(held), "look");
  assert.equal(held.queued, false);
});

test("that it was sent already is good news when it was the same", () => {
  const held = refused(sendOff(saved(1, { originSector: "zorg" })), { status: 409, problem: problem("draft-already-sent") });
  assert.equal(held.draft.end, "sent");
  assert.equal(held.refusal, null);
  assert.equal(mustStay(held), false);
});

test("that it was sent already is told when something was written since", () => {
  const held = learned(rewritten(saved(1, {}), { motivation: "a" }), { kind: "sent" });
  assert.equal(held.draft.end, "sent");
  assert.equal(held.refusal?.status, 409);
  assert.equal(mustStay(held), true);
  const tried = { ...EMPTY, draft: trying({ ...NEW, mine: answers({ originSector: "zorg" }) }) };
  assert.equal(learned(sendOff(tried), { kind: "sent" }).refusal?.status, 409, "whether it is in there is not known");
});

test("a draft thrown away under what waits is made again, once", () => {
  const unknown = { status: 400, problem: problem("invalid-input", "unknown-draft") };
  let held = refused(sendOff(saved(3, { originSector: "zorg" })), unknown);
  assert.equal(next(held), "put");
  assert.equal(held.draft.version, 0);
  held = learned(held, { kind: "kept", version: 1, savedAt: AT, answers: held.draft.mine });
  assert.equal(next(held), "post");
  held = refused(held, unknown);
  assert.equal(held.queued, false);
  assert.equal(next(sendOff(held)), "put", "sending it again begins anew");
});

test("another tab takes over what waits, and looks before it sends", () => {
  const held = takenOver(EMPTY, sendOff(saved(2, { originSector: "zorg" })));
  assert.equal(held.queued, true);
  assert.equal(next(held), "look");
  assert.equal(next(learned(held, theirs(2, { originSector: "zorg" }))), "post");
  assert.equal(learned(held, { kind: "sent" }).refusal, null);
});

test("what waits and was changed elsewhere goes back to the adviser", () => {
  const here = rewritten(saved(2, {}), { motivation: "b" });
  const held = takenOver(here, sendOff(rewritten(saved(2, {}), { motivation: "a" })));
  assert.equal(held.queued, false);
  assert.equal(held.refusal?.status, 412);
  assert.deepEqual([held.draft.mine.motivation, held.draft.contest?.theirs.motivation], ["a", "b"]);
});

test("taking over keeps a conflict that was being looked at", () => {
  const contested = learned(learned({ ...EMPTY, draft: trying({ ...at(1, {}), mine: answers({ motivation: "a" }) }) }, { kind: "overtaken" }), theirs(2, { motivation: "b" }));
  const held = takenOver(EMPTY, contested);
  assert.equal(held.draft.contest?.theirs.motivation, "b");
  assert.equal(held.draft.mine.motivation, "a");
});
