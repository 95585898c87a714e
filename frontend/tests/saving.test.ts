import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, same, type Answers } from "../src/keeping/answers";
import { changed, inherited, isUnsent, NEW, resolved, told, trying, wants, type Draft, type Told } from "../src/keeping/saving";

const AT = "2026-11-23T09:00:00Z";
const answers = (some: Answers): Answers => ({ ...NOTHING, ...some });
const theirs = (version: number, some: Answers): Told => ({ kind: "theirs", version, answers: answers(some), savedAt: AT, savedBy: "Bo" });
const kept = (version: number, some: Answers): Told => ({ kind: "kept", version, answers: answers(some), savedAt: AT });
const at = (version: number, some: Answers): Draft => ({ ...NEW, version, savedAt: AT, base: answers(some), mine: answers(some) });

test("nothing written is nothing to save", () => {
  assert.equal(wants(NEW), null);
  assert.equal(wants(changed(NEW, { motivation: " " })), null);
});

test("what is written while a save is on its way is saved after it", () => {
  let draft = trying(changed(NEW, { originSector: "zorg" }));
  draft = changed(draft, { motivation: "meer" });
  draft = told(draft, kept(1, { originSector: "zorg" }));
  assert.equal(wants(draft), "put");
  assert.equal(draft.mine.motivation, "meer");
  draft = told(trying(draft), kept(2, { originSector: "zorg", motivation: "meer" }));
  assert.equal(wants(draft), null);
  assert.deepEqual(draft.tried, []);
});

test("a lost answer of a save that was kept is nobody else's change", () => {
  let draft = trying(changed(at(3, { originSector: "zorg" }), { motivation: "liever" }));
  draft = told(changed(draft, { motivation: "liever met mensen" }), { kind: "lost" });
  assert.equal(wants(draft), "look");
  draft = told(draft, theirs(4, { originSector: "zorg", motivation: "liever" }));
  assert.equal(draft.contest, null);
  assert.equal(draft.version, 4);
  assert.equal(wants(draft), "put");
  assert.equal(draft.mine.motivation, "liever met mensen");
});

test("a lost answer of the first save that was kept leaves nothing to do", () => {
  let draft = told(trying(changed(NEW, { originSector: "zorg" })), { kind: "lost" });
  draft = told(draft, theirs(1, { originSector: "zorg" }));
  assert.equal(wants(draft), null);
  assert.equal(isUnsent(draft), false);
});

test("a save that was never kept is tried again, and may still turn up", () => {
  let draft = told(trying(changed(at(3, {}), { motivation: "a" })), { kind: "lost" });
  draft = changed(told(draft, theirs(3, {})), { motivation: "ab" });
  assert.equal(wants(draft), "put");
  draft = told(told(trying(draft), { kind: "overtaken" }), theirs(4, { motivation: "a" }));
  assert.equal(draft.contest, null);
  assert.equal(draft.mine.motivation, "ab");
});

test("a colleague's change to another field comes along silently", () => {
  let draft = trying(changed(at(1, { originSector: "zorg" }), { motivation: "a" }));
  draft = told(told(draft, { kind: "overtaken" }), theirs(2, { originSector: "zorg", targetSector: "bouw" }));
  assert.equal(wants(draft), "put");
  assert.ok(same(draft.mine, { originSector: "zorg", motivation: "a", targetSector: "bouw" }));
  assert.ok(same(draft.base, { originSector: "zorg", targetSector: "bouw" }));
});

test("a colleague's change to the same field waits for the adviser, and for nothing else", () => {
  let draft = trying(changed(at(1, {}), { motivation: "a", jobLoss: "none" }));
  draft = told(told(draft, { kind: "overtaken" }), theirs(2, { motivation: "b" }));
  assert.equal(wants(draft), null);
  assert.equal(isUnsent(draft), true);
  assert.equal(draft.mine.motivation, "a");
  assert.deepEqual(draft.contest?.theirs, answers({ motivation: "b", jobLoss: "none" }));
  draft = resolved(draft, answers({ motivation: "a en b", jobLoss: "none" }));
  assert.equal(wants(draft), "put");
  assert.equal(draft.version, 2);
  assert.ok(same(draft.base, { motivation: "b" }));
});

test("choosing what they had asks nothing more of the server but what else I wrote", () => {
  let draft = trying(changed(at(1, {}), { motivation: "a" }));
  draft = told(told(draft, { kind: "overtaken" }), theirs(2, { motivation: "b" }));
  assert.equal(wants(resolved(draft, draft.contest!.theirs)), null);
});

test("a third version during a conflict is shown, not written over", () => {
  let draft = told(told(trying(changed(at(1, {}), { motivation: "a" })), { kind: "overtaken" }), theirs(2, { motivation: "b" }));
  draft = told(draft, theirs(3, { motivation: "c", jobLoss: "none" }));
  assert.equal(draft.contest?.theirs.motivation, "c");
  assert.equal(draft.contest?.version, 3);
  assert.equal(draft.mine.jobLoss, "none");
});

test("what somebody threw away while I wrote is made again; otherwise it is gone", () => {
  const lost = told(at(4, { originSector: "zorg" }), { kind: "none" });
  assert.equal(lost.end, "gone");
  const again = told(told(trying(changed(at(4, { originSector: "zorg" }), { motivation: "a" })), { kind: "overtaken" }), { kind: "none" });
  assert.equal(again.version, 0);
  assert.equal(wants(again), "put");
  assert.equal(again.mine.originSector, "zorg");
});

test("an id that is somebody else's ends, and is not tried for ever", () => {
  const draft = told(told(trying(changed(NEW, { motivation: "a" })), { kind: "overtaken" }), { kind: "none" });
  assert.equal(draft.end, "gone");
  assert.equal(wants(draft), null);
  assert.equal(draft.mine.motivation, "a");
});

test("what a killed tab left is taken in", () => {
  const left = changed(at(2, { originSector: "zorg" }), { motivation: "a" });
  const draft = inherited(at(2, { originSector: "zorg" }), left);
  assert.equal(draft.mine.motivation, "a");
  assert.equal(wants(draft), "put");
  const moved = inherited(at(3, { originSector: "zorg", jobLoss: "none" }), left);
  assert.ok(same(moved.mine, { originSector: "zorg", motivation: "a", jobLoss: "none" }));
  assert.equal(moved.version, 3);
});

test("what a killed tab left and another has changed since is put side by side", () => {
  const left = changed(at(2, {}), { motivation: "a" });
  const draft = inherited(at(3, { motivation: "b" }), left);
  assert.equal(draft.mine.motivation, "a");
  assert.equal(draft.contest?.theirs.motivation, "b");
  assert.equal(draft.contest?.version, 3);
  const unsent = inherited(changed(at(2, {}), { motivation: "c" }), left);
  assert.deepEqual([unsent.mine.motivation, unsent.contest?.theirs.motivation], ["a", "c"]);
  assert.equal(resolved(unsent, answers({ motivation: "c" })).version, 2);
});

test("what a killed tab sent and nobody heard of is found again", () => {
  const left = trying(changed(at(2, {}), { motivation: "a" }));
  const draft = inherited(NEW, left);
  const after = told(draft, theirs(3, { motivation: "a" }));
  assert.equal(after.contest, null);
  assert.equal(wants(after), null);
});
