/** The coded values of the API in plain Dutch; one that the API does not know breaks the build. */

import type { Schemas } from "../api/client";

export type Words<Code extends string> = Record<Code, string>;

export const employment: Words<Schemas["Employment"]> = {
  employee: "in loondienst",
  agency_worker: "uitzendkracht",
  self_employed: "zelfstandige (zzp)",
  job_seeker: "zonder werk",
};

export const jobLoss: Words<Schemas["JobLoss"]> = {
  none: "nee",
  threatened: "misschien, het dreigt",
  happened: "ja, het werk is weg of is opgezegd",
};

export const purpose: Words<Schemas["Purpose"]> = {
  orientation: "kijken wat er kan",
  growth_in_sector: "verder in het eigen werk",
  other_work: "ander werk",
  other_sector: "een andere sector",
};

export const service: Words<Schemas["Service"]> = {
  career_advice: "loopbaanadvies",
  training: "scholing",
  social_plan: "sociaal plan",
  side_entry: "zij-instroom",
  information: "informatie",
};

export const buildingBlock: Words<Schemas["BuildingBlock"]> = {
  career_advice: "loopbaanadvies",
  career_training: "loopbaanscholing",
  social_plan_mobility: "mobiliteit in sociaal plan",
  side_entry: "zij-instroom",
  access: "vindbaarheid en toegang",
};

export const mode: Words<Schemas["Mode"]> = {
  phone: "telefoon",
  video: "beeldbellen",
  in_person: "op locatie",
};

export const outcome: Words<Schemas["Outcome"]> = {
  warm_referral: "warme doorverwijzing",
  guidance: "gidsgesprekken",
};

export const sessionStatus: Words<Schemas["SessionStatus"]> = {
  waiting: "wacht op een plek",
  planned: "gepland",
  held: "gehouden",
  missed: "gemist",
  cancelled: "afgezegd",
};

export const referralStatus: Words<Schemas["ReferralStatus"]> = {
  proposed: "voorgesteld",
  sent: "verstuurd",
  received: "ontvangen",
  accepted: "overgenomen",
  in_contact: "in contact",
  completed: "afgerond",
  declined: "afgewezen",
  expired: "verlopen",
  withdrawn: "ingetrokken",
};
