/**
 * Two advisers, one draft, a line that breaks, requests that arrive late and tabs that are killed:
 * whatever happens, what each wrote last is on the server or is given back, and is sent once.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, plain, same, type Answers } from "../src/keeping/answers";
import { resolved, trying, type Told } from "../src/keeping/saving";
import { accepted, EMPTY, learned, next, refused, rewritten, sendOff, takenOver, type Held, type Refusal } from "../src/keeping/sending";

const AT = "2026-11-23T09:00:00Z";

function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** The service, as its contract says. */
class Service {
  version = 0;
  answers: Answers = NOTHING;
  intakes: { by: string; version: number; answers: Answers }[] = [];

  get(): Told {
    if (this.intakes.length) return { kind: "sent" };
    if (!this.version) return { kind: "none" };
    return { kind: "theirs", version: this.version, answers: this.answers, savedAt: AT, savedBy: null };
  }

  put(version: number, answers: Answers): Told {
    if (this.intakes.length) return { kind: "sent" };
    if (version !== this.version) return { kind: "overtaken" };
    this.version += 1;
    this.answers = answers;
    return { kind: "kept", version: this.version, answers, savedAt: AT };
  }

  /** Null: an intake was made, now or under the same key before. */
  post(by: string, version: number, answers: Answers): Refusal | null {
    const [made] = this.intakes;
    if (made?.by === by && made.version === version && same(made.answers, answers)) return null;
    if (made) return { status: 409, problem: { type: "draft-already-sent" } };
    if (!this.version) return { status: 400, problem: { type: "invalid-input", errors: [{ code: "unknown-draft", pointer: "/draftId" }] } };
    if (version !== this.version) return { status: 412, problem: { type: "precondition-failed" } };
    this.intakes.push({ by, version, answers });
    return null;
  }
}

type Field = "motivation" | "targetSector" | "occupation";

class Adviser {
  held: Held = EMPTY;
  disk: Held = EMPTY;
  wrote: Partial<Record<Field, string>> = {};
  count = 0;

  name: string;
  own: Field;

  constructor(name: string, own: Field) {
    this.name = name;
    this.own = own;
  }

  become(held: Held): void {
    this.held = held;
    this.disk = structuredClone(held);
  }

  write(field: Field): void {
    if (this.held.draft.end) return;
    this.wrote[field] = `${this.name} ${(this.count += 1)}`;
    this.become(rewritten(this.held, { [field]: this.wrote[field] }));
  }

  choose(mine: boolean): void {
    const { contest, mine: own } = this.held.draft;
    if (!contest) return;
    const chosen = mine ? own : contest.theirs;
    this.become({ ...this.held, draft: resolved(this.held.draft, chosen) });
    this.wrote.occupation = chosen.occupation ?? "";
  }

  /** Ask what is to be asked; the line does `what` with it. */
  ask(service: Service, late: (() => void)[], what: "well" | "unheard" | "unanswered" | "late"): void {
    const step = next(this.held);
    if (!step) return;
    if (step === "put") this.become({ ...this.held, draft: trying(this.held.draft) });
    const { version, mine, base } = this.held.draft;
    if (step === "post") {
      const reach = () => service.post(this.name, version, base);
      const refusal = over(reach, what, late);
      if (refusal === undefined) return;
      this.become(refusal === null ? accepted(this.held) : refused(this.held, refusal));
      return;
    }
    const reach = () => (step === "put" ? service.put(version, plain(mine)) : service.get());
    const news = over(reach, what, late) ?? { kind: "lost" };
    if (step === "look" && news.kind === "lost") return;
    this.become(learned(this.held, news));
  }
}

function over<T>(reach: () => T, what: "well" | "unheard" | "unanswered" | "late", late: (() => void)[]): T | undefined {
  if (what === "well") return reach();
  if (what === "unanswered") reach();
  if (what === "late") late.push(reach);
  return undefined;
}

function play(seed: number, sends: boolean): { service: Service; advisers: Adviser[] } {
  const roll = dice(seed);
  const service = new Service();
  const advisers = [new Adviser("Ana", "motivation"), new Adviser("Bo", "targetSector")];
  const late: (() => void)[] = [];
  for (let turn = 0; turn < 120; turn += 1) {
    const one = advisers[roll(2)]!;
    const chance = roll(20);
    if (chance < 6) one.write(roll(4) ? one.own : "occupation");
    else if (chance < 15) one.ask(service, late, (["well", "well", "unheard", "unanswered", "late"] as const)[roll(5)]!);
    else if (chance < 16) one.become(takenOver(EMPTY, one.disk));
    else if (chance < 17) one.choose(roll(2) === 0);
    else if (chance < 18) late.splice(roll(late.length + 1), 1)[0]?.();
    else if (sends && roll(10) === 0) one.become(sendOff(one.held));
  }
  for (let turn = 0; advisers.some((one) => next(one.held) || one.held.draft.contest); turn += 1) {
    assert.ok(turn < 60, "it comes to rest");
    for (const one of advisers) {
      one.choose(roll(2) === 0);
      one.ask(service, late, "well");
    }
  }
  for (const reach of late) reach();
  return { service, advisers };
}

for (const sends of [false, true]) {
  test(`nothing is lost in two thousand conversations${sends ? " that end in an intake" : ""}`, () => {
    let intakes = 0;
    for (let seed = 1; seed <= 2000; seed += 1) {
      const { service, advisers } = play(seed, sends);
      assert.ok(service.intakes.length <= 1, `${seed}: sent once`);
      intakes += service.intakes.length;
      const there = service.intakes[0]?.answers ?? service.answers;
      for (const { own, wrote, held, name } of advisers) {
        const kept = wrote[own] === undefined || there[own] === wrote[own];
        const told = held.refusal !== null && held.draft.mine[own] === wrote[own];
        // A colleague who sent it took what was there; who wrote on was told so.
        assert.ok(kept || told, `${seed}: ${name} wrote ${wrote[own]}, there is ${there[own]}`);
      }
    }
    assert.equal(intakes > 0, sends);
  });
}
