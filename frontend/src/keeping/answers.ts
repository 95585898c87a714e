/** The answers of a draft: its fields, and when two of them say the same. */

import type { Schemas } from "../api/client";

export type Answers = Schemas["DraftIn"];
export type Field = keyof Answers;

// Written out, so that a field the API gains breaks the build until it is kept as well.
const NONE: { [F in Field]-?: null } = {
  originSector: null,
  targetSector: null,
  organisation: null,
  occupation: null,
  skills: null,
  motivation: null,
  employment: null,
  jobLoss: null,
  purpose: null,
  municipality: null,
  region: null,
  yearsOfService: null,
  usedProvisions: null,
  scheduling: null,
};

export const FIELDS = Object.keys(NONE) as Field[];
export const NOTHING: Answers = NONE;

/**
 * Write answers the way the service keeps them, to send and to compare: a text without what stands
 * around it, and null for what is empty. No skills is no answer; no provisions used is one.
 */
export function plain(answers: Answers): Answers {
  const found: Record<string, unknown> = {};
  for (const field of FIELDS) found[field] = plainValue(field, answers[field]);
  return found as Answers;
}

function plainValue(field: Field, value: unknown): unknown {
  if (typeof value === "string") return value.normalize("NFC").trim() || null;
  if (field === "skills" && Array.isArray(value) && value.length === 0) return null;
  return value ?? null;
}

/** Whether two answers to one question say the same. */
export function sameAnswer(field: Field, one: Answers, other: Answers): boolean {
  return written(plainValue(field, one[field])) === written(plainValue(field, other[field]));
}

/** Whether all answers say the same. */
export function same(one: Answers, other: Answers): boolean {
  return FIELDS.every((field) => sameAnswer(field, one, other));
}

/** As JSON, whatever the order of the keys and with null for what was left out. */
function written(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(([, held]) => held !== null && held !== undefined);
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
