/** How the worker can be reached, and what they consented to. */

import { createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";

import { ask, Refused } from "../api/ask";
import { api, type Schemas } from "../api/client";
import { useAnswer, type Answered } from "../api/useAnswer";

export type Details = Schemas["ContactDetailsAnswer"];
export type Consent = Schemas["ConsentAnswer"];
export type Worker = { details: Details | null; consents: Consent[] };

export const WorkerContext = createContext<Answered<Worker> & { again: () => void }>({ state: "asking", data: null, error: null, again: () => undefined });

export const useWorker = () => useContext(WorkerContext);

/** Read it, and anew after each change of the case. */
export function useReadWorker(id: string, round: number): Answered<Worker> & { again: () => void } {
  const path = { intakeId: id };
  const [found, { again }] = useAnswer(`worker ${id}`, async (signal) => {
    const [details, consents] = await Promise.all([
      ask(() => api.GET("/intakes/{intakeId}/contact-details", { params: { path }, signal })).catch(nothing),
      ask(() => api.GET("/intakes/{intakeId}/consents", { params: { path, query: { limit: 100 } }, signal })),
    ]);
    return { details, consents: consents.items };
  });
  useEffect(() => {
    if (round) again();
  }, [round, again]);
  return { ...found, again };
}

function nothing(error: unknown): null {
  if (error instanceof Refused && error.status === 404) return null;
  throw error;
}

/** The consent that holds for a provision, or for invitations. */
export const consentFor = (worker: Worker | null, provisionId: string | null): Consent | null =>
  worker?.consents.find((one) => !one.withdrawnAt && one.provisionId === provisionId) ?? null;
