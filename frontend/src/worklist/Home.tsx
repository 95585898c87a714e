import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";

import { Screen } from "../parts/Screen";
import { useCaller } from "../session/caller";

/** What this is, for everybody; an adviser goes on to their work. */
export function Home() {
  const { caller } = useCaller();
  const { route } = useLocation();
  const adviser = caller?.roles.includes("adviser") ?? false;
  useEffect(() => {
    if (adviser) route("/zaken", true);
  }, [adviser]);
  return (
    <Screen title="Ander werk? Eerst kijken wat er al is" tab="Begin">
      <p>
        Wilt of moet u ander werk? Sectoren hebben daar vaak al iets voor: loopbaanadvies, scholing, een voucher, of hulp om in te
        stromen. De gidsfunctie van de vakbonden kijkt wat er voor u is, en brengt u bij wie u verder helpt. Is er niets, dan krijgt
        u ten hoogste drie gesprekken met een adviseur.
      </p>
      <ul class="buttons plain">
        <li>
          <a class="button first" href="/voorzieningen">
            Zoek een voorziening
          </a>
        </li>
        <li>
          <a class="button" href="/dekking">
            Wat is er per sector geregeld?
          </a>
        </li>
        <li>
          <a class="button" href="/aanmelden">
            Aanmelden als adviseur
          </a>
        </li>
      </ul>
    </Screen>
  );
}
