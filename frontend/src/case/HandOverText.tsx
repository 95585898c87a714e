/** The text to hand a worker over with: only what they consented to. To copy, or to read out. */

import { useRef, useState } from "preact/hooks";

import type { Schemas } from "../api/client";
import { handOverText } from "./handOver";
import { useCase } from "./useCase";
import { useWorker, type Consent } from "./useWorker";

export function HandOverText({ referral, consent }: { referral: Schemas["ReferralAnswer"]; consent: Consent }) {
  const { intake } = useCase();
  const worker = useWorker();
  const field = useRef<HTMLTextAreaElement>(null);
  const [told, tell] = useState("");
  const text = handOverText(intake, referral, consent, worker.data?.details ?? null);
  const id = `tekst-${referral.id}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell("De tekst is gekopieerd.");
    } catch {
      // No clipboard here, or not allowed: then by hand.
      field.current?.select();
      tell("Kopiëren mag hier niet vanzelf. De tekst is geselecteerd: kopieer met Ctrl+C.");
    }
  };
  return (
    <details>
      <summary>Tekst om over te dragen</summary>
      <label for={id}>Alleen wat de werknemer met {consent.recipient} wil delen</label>
      <textarea ref={field} id={id} class="case-text" readOnly rows={12} value={text} />
      <div class="buttons">
        <button type="button" class="button" onClick={() => void copy()}>
          Kopieer de tekst
        </button>
        <span role="status">{told}</span>
      </div>
    </details>
  );
}
