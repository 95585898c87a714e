/** Two people's changes to one draft, brought together field by field. */

import { FIELDS, sameAnswer, type Answers, type Field } from "./answers";

export type Merged = {
  /** Both changes; where they differ, mine. */
  mine: Answers;
  /** Both changes; where they differ, theirs. */
  theirs: Answers;
  /** The fields both changed, each in another way. */
  contested: Field[];
};

/**
 * Bring together what I and what others changed since we had the same.
 *
 * `bases` is that common state, and what I sent without learning whether it was kept: what stands
 * on the server as I sent it is not somebody else's change.
 */
export function merge(bases: readonly Answers[], mine: Answers, theirs: Answers): Merged {
  const merged: Merged = { mine: { ...mine }, theirs: { ...theirs }, contested: [] };
  const [common = {}] = bases;
  for (const field of FIELDS) {
    const theyChanged = bases.every((base) => !sameAnswer(field, base, theirs));
    if (!theyChanged || sameAnswer(field, mine, theirs)) take(field, mine, merged.theirs);
    else if (sameAnswer(field, common, mine)) take(field, theirs, merged.mine);
    else merged.contested.push(field);
  }
  return merged;
}

function take(field: Field, from: Answers, to: Answers): void {
  Object.assign(to, { [field]: from[field] ?? null });
}
