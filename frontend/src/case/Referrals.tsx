/** The warm referrals of a case, best first. */

import { useState } from "preact/hooks";

import { AddReferralDialog } from "./AddReferralDialog";
import { ReferralCard } from "./ReferralCard";
import { isOpen } from "./steps";
import { useCase } from "./useCase";

export function Referrals() {
  const { intake, mayAct } = useCase();
  const [adding, add] = useState(false);
  const open = intake.referrals.filter((one) => isOpen(one.status));
  const ended = intake.referrals.filter((one) => !isOpen(one.status));
  return (
    <section aria-labelledby="doorverwijzingen" data-part="doorverwijzingen">
      <h2 id="doorverwijzingen" tabIndex={-1}>
        Warme doorverwijzingen
      </h2>
      {!intake.referrals.length && <p>Er zijn geen doorverwijzingen.</p>}
      <ol class="plain">
        {[...open, ...ended].map((one) => (
          <li key={one.id}>
            <ReferralCard referral={one} />
          </li>
        ))}
      </ol>
      {mayAct && (
        <div class="buttons">
          <button type="button" class="button" onClick={() => add(true)}>
            Nog een doorverwijzing toevoegen
          </button>
        </div>
      )}
      {adding && <AddReferralDialog onClose={() => add(false)} />}
    </section>
  );
}
