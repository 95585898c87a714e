import type { Schemas } from "../api/client";
import { State } from "../parts/Notice";
import { day } from "../words/dates";
import { sourceOf } from "./words";

type Proven = Pick<Schemas["ProvisionSummary"], "source" | "verifiedOn" | "verifiedRecently">;

/** Where it is written, when that was last looked at, and whether that is a short while ago. */
export function Verified({ of }: { of: Proven }) {
  return (
    <>
      {sourceOf(of.source)}. Nagekeken op {day(of.verifiedOn)}
      {of.verifiedRecently ? "." : ": "}
      {!of.verifiedRecently && <State kind="waits">langer dan een jaar geleden</State>}
    </>
  );
}
