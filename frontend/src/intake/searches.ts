/** What fields offer while somebody types. */

import { ask } from "../api/ask";
import { api } from "../api/client";
import type { Offer } from "../parts/Combobox";

const MOST = 7;

type Search = (q: string, signal: AbortSignal) => Promise<Offer[]>;

export const sectors: Search = async (q, signal) => {
  const found = await ask(() => api.GET("/sectors", { params: { query: { q, limit: MOST } }, signal }));
  return found.items.map((one) => ({ key: one.id, text: one.name }));
};

export const skills: Search = async (q, signal) => {
  const found = await ask(() => api.GET("/skills", { params: { query: { q, limit: MOST } }, signal }));
  return found.items.map((one) => ({ key: one.id, text: one.name }));
};

export const municipalities: Search = async (q, signal) => {
  const found = await ask(() => api.GET("/municipalities", { params: { query: { q, limit: MOST } }, signal }));
  return found.items.map((one) => ({ key: one.code, text: one.name }));
};

export const provisions: Search = async (q, signal) => {
  const found = await ask(() => api.GET("/provisions", { params: { query: { q, limit: MOST } }, signal }));
  return found.items.map((one) => ({ key: one.id, text: one.name, more: one.provider ?? "" }));
};
