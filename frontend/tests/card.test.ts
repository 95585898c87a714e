/** What the card says of a session or a referral, for each state that it can be in. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Schemas } from "../src/api/client";
import { isToCome, nextOf, sessionOf, whoHelps } from "../src/card/words";

type Referral = Schemas["ReferralAnswer"];
type Session = Schemas["SessionAnswer"];

const BEFORE = new Date("2026-11-24T08:00:00Z");
const AFTER = new Date("2026-12-24T08:00:00Z");

const session = (more: Partial<Session> = {}) =>
  ({
    number: 1,
    startsAt: "2026-12-01T13:00:00Z",
    endsAt: "2026-12-01T13:45:00Z",
    mode: "phone",
    adviser: { id: "a", name: "Anna" },
    status: "planned",
    ...more,
  }) as Session;

const referral = (status: Referral["status"], more: Partial<Referral> = {}) =>
  ({ name: "Scan", provider: "Fonds", receiver: null, contact: null, viaEmployer: false, answerBy: null, status, ...more }) as Referral;

test("a session to come says when, and who does what", () => {
  const at = "Dinsdag 1 december 2026, van 14.00 tot 14.45 uur.";
  assert.equal(sessionOf(session(), BEFORE), `${at} Anna belt u op dat moment.`);
  assert.equal(sessionOf(session({ mode: "video" }), BEFORE), `${at} U krijgt van Anna een link om mee te videobellen.`);
  assert.equal(sessionOf(session({ mode: "in_person", adviser: null }), BEFORE), `${at} Uw adviseur vertelt u waar het gesprek is.`);
});

test("a session that was is told as past, whatever became of it", () => {
  const was = "Dit gesprek was op dinsdag 1 december 2026, van 14.00 tot 14.45 uur.";
  assert.equal(sessionOf(session(), AFTER), was);
  assert.equal(sessionOf(session({ status: "held" }), AFTER), was);
  assert.equal(sessionOf(session({ status: "missed" }), AFTER), `${was} Het is niet gelukt om elkaar te spreken.`);
});

test("a session that goes on nowhere says so", () => {
  assert.match(sessionOf(session({ status: "cancelled" }), BEFORE), /is afgezegd. U hoeft niet te komen.$/);
  const without = { startsAt: null, endsAt: null, mode: null };
  assert.match(sessionOf(session({ ...without, status: "waiting" }), BEFORE), /^Wij zoeken nog een dag/);
  assert.equal(sessionOf(session({ ...without, status: "cancelled" }), BEFORE), "Dit gesprek gaat niet door.");
});

test("only what is planned and not over yet is to come", () => {
  assert.ok(isToCome(session(), BEFORE));
  assert.ok(isToCome(session(), new Date("2026-12-01T13:30:00Z")));
  assert.ok(!isToCome(session(), AFTER));
  assert.ok(!isToCome(session({ status: "cancelled" }), BEFORE));
  assert.ok(!isToCome(session({ status: "waiting", startsAt: null, endsAt: null }), BEFORE));
});

test("each state of a referral says what the worker may expect", () => {
  const says: Record<Referral["status"], RegExp> = {
    proposed: /alleen als u ja zegt/,
    sent: /gevraagd of Fonds u helpt.*U hoeft niets te doen/,
    received: /gevraagd of Fonds u helpt.*U hoeft niets te doen/,
    accepted: /Fonds gaat u helpen en neemt contact met u op/,
    in_contact: /Fonds heeft contact met u/,
    completed: /klaar/,
    declined: /Fonds kan u hierbij niet helpen.*iets anders/,
    expired: /niet op tijd.*iets anders/,
    withdrawn: /gaat niet door/,
  };
  for (const [status, words] of Object.entries(says)) {
    assert.match(nextOf(referral(status as Referral["status"])), words);
  }
  assert.match(nextOf(referral("accepted", { answerBy: "2026-12-01" })), /uiterlijk op 1 december 2026/);
});

test("what goes through the employer is for the worker to ask", () => {
  for (const status of ["proposed", "sent", "received"] as const) {
    assert.match(nextOf(referral(status, { viaEmployer: true })), /Wij vertellen uw werkgever niets/);
  }
});

test("who helps is the desk that has it, else who receives, else whose it is", () => {
  const contact = { organisation: "Loket" } as Referral["contact"];
  assert.equal(whoHelps(referral("sent", { contact, receiver: "Coach" })), "Loket");
  assert.equal(whoHelps(referral("sent", { receiver: "Coach" })), "Coach");
  assert.equal(whoHelps(referral("sent")), "Fonds");
  assert.equal(whoHelps(referral("sent", { provider: null })), "Scan");
});
