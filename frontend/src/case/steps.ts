/**
 * Where an adviser can take a referral, and for which reasons, as the service has it
 * (app/domain/referrals.py). It refuses what is not so; this decides which buttons there are.
 */

import type { Schemas } from "../api/client";

type Status = Schemas["ReferralStatus"];
export type Said = Schemas["ReferralStatusIn"]["status"];
export type Reason = NonNullable<Schemas["ReferralStatusIn"]["reason"]>;

const HANDED_OVER: Record<Status, Said[]> = {
  proposed: ["sent", "withdrawn"],
  sent: ["received", "accepted", "declined", "withdrawn"],
  received: ["received", "accepted", "declined", "withdrawn"],
  accepted: ["in_contact", "declined", "withdrawn"],
  in_contact: ["completed", "declined", "withdrawn"],
  completed: [],
  declined: [],
  expired: [],
  withdrawn: [],
};

const THROUGH_EMPLOYER: Record<Status, Said[]> = {
  ...HANDED_OVER,
  proposed: ["in_contact", "declined", "withdrawn"],
  sent: [],
  received: [],
  accepted: [],
};

const DECLINED: Reason[] = ["not_eligible", "no_capacity", "wrong_desk", "unreachable", "other"];
const WITHDRAWN: Reason[] = ["worker_withdrew", "no_consent", "other_solution", "unreachable", "mistake", "other"];

export const isOpen = (status: Status): boolean => HANDED_OVER[status].length > 0;

export const stepsOf = (referral: Schemas["ReferralAnswer"]): Said[] =>
  (referral.viaEmployer ? THROUGH_EMPLOYER : HANDED_OVER)[referral.status];

/** Which reasons a step asks for; none when it asks for no reason. */
export const reasonsFor = (step: Said): Reason[] =>
  step === "declined" ? DECLINED : step === "withdrawn" ? WITHDRAWN : [];
