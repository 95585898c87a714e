/** Which later places go back when the guidance closes. */

import { liesAhead } from "./sessions";
import { whenOf } from "./SessionItem";
import { useCase } from "./useCase";

export function GivenBack({ except = null }: { except?: string | null }) {
  const { intake } = useCase();
  const now = new Date();
  const ahead = intake.sessions.filter((one) => one.id !== except && liesAhead(one, now));
  if (!ahead.length) return <p>Er staan geen latere gidsgesprekken meer.</p>;
  return (
    <>
      <p>Deze gidsgesprekken gaan niet door; de plekken komen vrij voor anderen:</p>
      <ul>
        {ahead.map((one) => (
          <li key={one.id}>
            Gidsgesprek {one.number}: {whenOf(one)}
          </li>
        ))}
      </ul>
    </>
  );
}
