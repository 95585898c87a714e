/** The operations on drafts, until the document of the API has them. */

import createClient from "openapi-fetch";

import type { paths } from "../api/schema";
import type { Answers } from "./answers";

type DraftAnswer = {
  id: string;
  reference: string;
  savedAt: string;
  savedBy: { id: string; name: string } | null;
  version: number;
  answers: Answers;
};
type Json<Content> = { headers: Record<string, unknown>; content: { "application/json": Content } };
type OfDraft<Header = never> = { path: { draftId: string }; header?: Header };

type Paths = {
  "/intakes": { post: { parameters: { header: { "Idempotency-Key": string } }; requestBody: { content: { "application/json": Answers & { draftId: string; draftVersion: number } } }; responses: { 201: Json<{ id: string }> } } };
  "/intakes/{intakeId}": Pick<paths["/intakes/{intakeId}"], "get">;
  "/drafts/{draftId}": {
    get: { parameters: OfDraft; responses: { 200: Json<DraftAnswer> } };
    put: { parameters: OfDraft<{ "If-Match"?: string; "If-None-Match"?: string }>; requestBody: { content: { "application/json": Answers } }; responses: { 200: Json<DraftAnswer> } };
    delete: { parameters: OfDraft; responses: { 204: { headers: Record<string, unknown>; content?: never } } };
  };
};

export type Schemas = { DraftAnswer: DraftAnswer; NewIntakeIn: Answers & { draftId: string; draftVersion: number } };
export const api = createClient<Paths>({ baseUrl: "/v1", credentials: "same-origin" });
