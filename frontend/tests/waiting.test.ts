import assert from "node:assert/strict";
import { test } from "node:test";

import { referenceOf } from "../src/words/reference";
import { wait } from "../src/keeping/waiting";

const NOW = new Date("2026-11-23T09:00:00Z");

test("without a connection the pauses grow, up to a minute", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 20].map((times) => wait(null, times, NOW)), [2, 4, 8, 16, 32, 60, 60]);
});

test("what the service says about waiting holds", () => {
  assert.equal(wait({ status: 429, retryAfter: "30" }, 1, NOW), 30);
  assert.equal(wait({ status: 503, retryAfter: "Mon, 23 Nov 2026 09:00:05 GMT" }, 9, NOW), 5);
  assert.equal(wait({ status: 503, retryAfter: "Mon, 23 Nov 2026 08:00:00 GMT" }, 1, NOW), 1);
  assert.equal(wait({ status: 500, retryAfter: "soon" }, 2, NOW), 4);
});

test("asking again what was refused helps nobody", () => {
  for (const status of [400, 401, 403, 404, 409, 412, 428]) assert.equal(wait({ status, retryAfter: null }, 1, NOW), null);
});

test("a case number is the first forty bits of the id, as people say them", () => {
  assert.equal(referenceOf("3d1e2f40-0000-4000-8000-000000000007"), "7MF2-YG00");
  assert.equal(referenceOf("00000000-0000-4000-8000-000000000000"), "0000-0000");
  assert.equal(referenceOf("ffffffff-ff00-4000-8000-000000000000"), "ZZZZ-ZZZZ");
  assert.equal(referenceOf("00443214-c74f-4000-8000-000000000000"), "0123-4567");
});
