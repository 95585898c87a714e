import type { Schemas } from "../api/client";
import type { Words } from "../words/terms";

export const attention: Words<Schemas["Attention"]> = {
  to_hand_over: "nog over te dragen",
  referral_waiting: "wacht op een loket",
  referral_declined: "een loket wees af",
  no_next_step: "geen volgende stap",
};
