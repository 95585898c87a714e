/** What provisions are called, for who only has their ids. */

import { ask, Refused } from "./ask";
import { api } from "./client";
import { useAnswer } from "./useAnswer";

async function nameOf(provisionId: string, signal: AbortSignal): Promise<[string, string]> {
  try {
    return [provisionId, (await ask(() => api.GET("/provisions/{provisionId}", { params: { path: { provisionId } }, signal }))).name];
  } catch (error) {
    if (error instanceof Refused) return [provisionId, "een voorziening die wij niet meer kennen"];
    throw error;
  }
}

/** Give what names a provision by its id; "…" as long as that is not known. */
export function useProvisionNames(ids: string[]): (id: string) => string {
  const asked = [...new Set(ids)].sort();
  const [found] = useAnswer(asked.join(), (signal) => Promise.all(asked.map((id) => nameOf(id, signal))));
  const names = new Map(found.data ?? []);
  return (id) => names.get(id) ?? "…";
}
