import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { file } from "../api/file";
import { Failure } from "./Notice";
import { saveAs } from "./save";

/** A button that gives a file of the API. */
export function SaveFile({ path, accept, name, children }: { path: string; accept: string; name: string; children: ComponentChildren }) {
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setError(null);
    try {
      saveAs(await file(path, accept), name);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <button type="button" class="button" onClick={save}>
        {children}
      </button>
      {error !== null && <Failure error={error} />}
    </>
  );
}
