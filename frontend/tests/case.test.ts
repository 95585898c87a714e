import assert from "node:assert/strict";
import { test } from "node:test";

import { handOverText } from "../src/case/handOver";
import { nextStep } from "../src/case/nextStep";
import { closedBy, liesAhead } from "../src/case/sessions";
import { reasonsFor, stepsOf } from "../src/case/steps";
import { isReference } from "../src/words/reference";
import { midnight } from "../src/words/dates";
import { dayTyped } from "../src/words/dayTyped";

type Intake = Parameters<typeof nextStep>[0];
type Session = Intake["sessions"][number];
type Referral = Intake["referrals"][number];

const NOW = new Date("2026-11-24T09:00:00Z");

const session = (number: number, status: Session["status"], startsAt: string | null = null): Session => ({
  id: `s${number}`, number, startsAt, endsAt: startsAt, mode: "phone", region: "AM22", adviser: null, status, note: null, reason: null,
});

const referral = (id: string, status: Referral["status"], more: Partial<Referral> = {}) =>
  ({ id, name: `Loket ${id}`, status, viaEmployer: false, answersQuestion: true, waitsSince: null, reasons: [], toConfirm: [], ...more }) as Referral;

const intake = (more: Partial<Intake>) =>
  ({ id: "00443214-c74f-4000-8000-000000000000", reference: "0123-4567", createdAt: "2026-11-23T09:00:00Z", purpose: "orientation", holder: { id: "a", name: "Anna" }, closedAt: null, outcome: "guidance", referrals: [], sessions: [], organisation: null, target: null, municipality: null, ...more }) as Intake;

test("a day is read as people type it here, and only when it exists", () => {
  assert.equal(dayTyped("4-12-2026"), "2026-12-04");
  assert.equal(dayTyped(" 04/12/2026 "), "2026-12-04");
  for (const text of ["31-11-2026", "12-2026", "2026-12-04", "morgen", ""]) assert.equal(dayTyped(text), null);
});

test("who is handed over by nobody is the first thing to settle", () => {
  assert.match(nextStep(intake({ holder: null }), NOW).said, /neem de zaak over/);
  assert.match(nextStep(intake({ closedAt: "2026-11-23T09:00:00Z" }), NOW).said, /afgesloten/);
});

test("of referrals the late one goes first, then the one that is furthest, then the best", () => {
  const said = (...referrals: Referral[]) => nextStep(intake({ outcome: "warm_referral", referrals }), NOW);
  assert.match(said(referral("a", "proposed"), referral("b", "sent", { waitsSince: "2026-11-23T09:00:00Z" })).said, /Loket b is te laat/);
  assert.match(said(referral("a", "proposed"), referral("b", "accepted")).said, /Loket b de werknemer al gesproken/);
  assert.equal(said(referral("a", "proposed"), referral("b", "proposed")).at, "doorverwijzing-a");
  assert.match(said(referral("a", "declined"), referral("b", "completed")).said, /is geholpen/);
  assert.equal(said(referral("a", "declined")).at, "uitkomst");
});

test("of sessions what is past and not recorded goes first", () => {
  const said = (...sessions: Session[]) => nextStep(intake({ sessions }), NOW).said;
  assert.match(said(session(1, "planned", "2026-11-23T09:00:00Z"), session(2, "planned", "2026-12-01T09:00:00Z")), /hoe gidsgesprek 1 ging/);
  assert.match(said(session(2, "planned", "2026-12-08T09:00:00Z"), session(1, "planned", "2026-12-01T09:00:00Z")), /Gidsgesprek 1 is op/);
  assert.match(said(session(1, "held", "2026-11-20T09:00:00Z"), session(2, "waiting")), /Gidsgesprek 2 wacht/);
  assert.match(said(session(1, "cancelled")), /Plan een gidsgesprek/);
});

test("the guidance closes with what lies ahead, else with what has ended", () => {
  const past = session(1, "planned", "2026-11-23T09:00:00Z");
  assert.equal(liesAhead(past, NOW), false);
  assert.equal(closedBy([session(1, "held", "2026-11-20T09:00:00Z"), session(2, "waiting")], NOW)?.number, 2);
  assert.equal(closedBy([past, session(2, "missed", "2026-11-20T09:00:00Z")], NOW)?.number, 2);
  assert.equal(closedBy([past], NOW)?.number, 1);
  assert.equal(closedBy([], NOW), null);
});

test("through an employer nothing is sent, and an end wants a reason", () => {
  assert.equal(stepsOf(referral("a", "proposed", { viaEmployer: true })).includes("sent"), false);
  assert.deepEqual(stepsOf(referral("a", "completed")), []);
  assert.ok(reasonsFor("declined").length > 0 && reasonsFor("withdrawn").length > 0);
  assert.deepEqual(reasonsFor("accepted"), []);
});

test("a hand-over holds what was consented to and nothing else", () => {
  const answers = { motivation: "Liever mensen", occupation: "kok", yearsOfService: 3 };
  const one = intake({ answers, origin: { said: "horeca" }, skills: { recognised: [] } } as unknown as Partial<Intake>);
  const details = { name: "Noor", telephone: "06 12345678", email: "noor@voorbeeld.nl" };
  const text = (...data: string[]) => handOverText(one, referral("a", "proposed"), { data } as Parameters<typeof handOverText>[2], details);
  const little = text("name");
  assert.match(little, /Noor/);
  for (const secret of ["06 12345678", "noor@voorbeeld.nl", "Liever mensen", "kok"]) assert.ok(!little.includes(secret));
  const all = text("telephone", "email", "question", "answers");
  for (const said of ["06 12345678", "noor@voorbeeld.nl", "Liever mensen", "Beroep: kok", "Jaren in dit werk: 3"]) assert.ok(all.includes(said));
  assert.ok(!all.includes("Noor"));
});

test("a day begins at midnight here, summer and winter and when the clock changes", () => {
  assert.equal(midnight("2027-07-01"), "2027-06-30T22:00:00.000Z");
  assert.equal(midnight("2027-01-01"), "2026-12-31T23:00:00.000Z");
  assert.equal(midnight("2027-03-28"), "2027-03-27T23:00:00.000Z");
  assert.equal(midnight("2027-10-31"), "2027-10-30T22:00:00.000Z");
  assert.throws(() => midnight("2027-02-31"));
});

test("a case number is read as people write it, and a name with a space is none", () => {
  for (const said of ["7K3M-9QX2", "7k3m 9qx2", "7k3m", "oil1"]) assert.equal(isReference(said), true, said);
  for (const said of ["", "7k3", "7K3M-9QX2A", "Mevrouw de Vries", "Bauke", "7K3M_9QX"]) assert.equal(isReference(said), false, said);
});
