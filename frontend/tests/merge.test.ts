import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, plain, same, type Answers } from "../src/keeping/answers";
import { merge } from "../src/keeping/merge";

const BASE: Answers = { ...NOTHING, originSector: "schoonmaak", skills: ["schoonmaken"], yearsOfService: 11 };

test("changes to different fields come together", () => {
  const found = merge([BASE], { ...BASE, motivation: "mensen" }, { ...BASE, targetSector: "zorg" });
  assert.deepEqual(found.contested, []);
  assert.deepEqual(found.mine, { ...BASE, motivation: "mensen", targetSector: "zorg" });
  assert.deepEqual(found.theirs, found.mine);
});

test("the same change twice is one change", () => {
  const zorg = { ...BASE, targetSector: "zorg" };
  assert.deepEqual(merge([BASE], zorg, zorg).contested, []);
});

test("two changes to one field are contested, and each side has the rest of the other", () => {
  const found = merge([BASE], { ...BASE, yearsOfService: 12, motivation: "a" }, { ...BASE, yearsOfService: 13, jobLoss: "none" });
  assert.deepEqual(found.contested, ["yearsOfService"]);
  assert.deepEqual(found.mine, { ...BASE, yearsOfService: 12, motivation: "a", jobLoss: "none" });
  assert.deepEqual(found.theirs, { ...BASE, yearsOfService: 13, motivation: "a", jobLoss: "none" });
});

test("what was emptied stays empty", () => {
  const found = merge([BASE], { ...BASE, yearsOfService: null }, { ...BASE, targetSector: "zorg" });
  assert.equal(found.mine.yearsOfService, null);
  assert.equal(merge([BASE], BASE, { ...BASE, skills: null }).mine.skills, null);
});

test("what I sent without an answer is not somebody else's change", () => {
  const sent = { ...BASE, motivation: "liever" };
  const further = { ...BASE, motivation: "liever met mensen" };
  const found = merge([BASE, sent], further, { ...sent, targetSector: "zorg" });
  assert.deepEqual(found.contested, []);
  assert.deepEqual(found.mine, { ...further, targetSector: "zorg" });
});

test("a space that is being typed is no change, and is not taken away", () => {
  const typed = { ...BASE, motivation: "liever " };
  const found = merge([typed], typed, { ...BASE, motivation: "liever", targetSector: "zorg" });
  assert.equal(found.mine.motivation, "liever ");
});

test("answers are the same however they are written", () => {
  assert.ok(same({}, NOTHING));
  assert.ok(same({ motivation: " e\u0301\n" }, { motivation: "\u00e9", skills: [] }));
  const one = { scheduling: { notBefore: null, modes: ["phone"] as const, sessions: 3 } };
  assert.ok(same(one as unknown as Answers, { scheduling: { sessions: 3, modes: ["phone"] } }));
  assert.ok(!same({ usedProvisions: [] }, {}), "none used is an answer");
  assert.ok(!same({ skills: ["a", "b"] }, { skills: ["b", "a"] }));
});

test("what is sent holds every field, and nothing empty", () => {
  assert.deepEqual(plain({ motivation: "  ", originSector: " zorg " }), { ...NOTHING, originSector: "zorg" });
});
