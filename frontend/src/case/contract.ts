/** The operations on a case that the document of the API does not have yet. */

import createClient from "openapi-fetch";

import type { Schemas } from "../api/client";

export type SessionReason = "worker_cancelled" | "adviser_cancelled" | "found_work" | "other";
export type SessionAnswer = Schemas["SessionAnswer"] & { note?: string | null; reason?: SessionReason | null };
export type SessionOutcome = Schemas["SessionOutcomeIn"] & { note?: string | null; reason?: SessionReason | null };

export type EventType =
  | "intake_created"
  | "referral_status"
  | "referral_message"
  | "outcome_changed"
  | "holder_changed"
  | "session_planned"
  | "session_moved"
  | "session_held"
  | "session_missed"
  | "session_cancelled"
  | "guidance_closed"
  | "consent_given"
  | "consent_withdrawn";

export type CaseEvent = {
  at: string;
  type: EventType;
  by: "adviser" | "desk" | "system";
  adviser: Schemas["AdviserName"] | null;
  referralId: string | null;
  sessionId: string | null;
  code: string | null;
  note: string | null;
};

type Json<Content> = { headers: Record<string, unknown>; content: { "application/json": Content } };
type Body<Content> = { content: { "application/json": Content } };
type OfSession = { path: { sessionId: string } };

type Paths = {
  "/intakes/{intakeId}/events": {
    get: {
      parameters: { path: { intakeId: string }; query?: { after?: string; limit?: number } };
      responses: { 200: Json<{ items: CaseEvent[]; next: string | null }> };
    };
  };
  "/sessions/{sessionId}/outcome": { put: { parameters: OfSession; requestBody: Body<SessionOutcome>; responses: { 200: Json<SessionAnswer> } } };
  "/sessions/{sessionId}/note": { put: { parameters: OfSession; requestBody: Body<{ note: string | null }>; responses: { 200: Json<SessionAnswer> } } };
};

export const coming = createClient<Paths>({ baseUrl: "/v1", credentials: "same-origin" });
