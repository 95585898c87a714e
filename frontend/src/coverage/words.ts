/** What a cell says: a sign that every font has, and words, so that no colour is needed. */

import type { Schemas } from "../api/client";

export const covered: Record<Schemas["CoverageStatus"], { sign: string; said: string; means: string }> = {
  arranged: { sign: "+", said: "geregeld", means: "De bron zegt dat deze sector dit heeft." },
  uncertain: { sign: "?", said: "onzeker", means: "Misschien. De bron zegt het niet met zoveel woorden." },
  planned: { sign: "…", said: "gepland", means: "Er is alleen een plan of een voorstel." },
  ended: { sign: "×", said: "gestopt", means: "Het was er, maar het is beëindigd." },
  none_known: { sign: "–", said: "niets bekend", means: "Onze bronnen noemen niets. Misschien is er wel iets." },
};
