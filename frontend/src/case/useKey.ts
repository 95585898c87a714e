import { useRef } from "preact/hooks";

/** Give the idempotency key of a body: the same when it is sent again, another for another body. */
export function useKey(): (body: unknown) => string {
  const last = useRef({ body: "", key: "" });
  return (body) => {
    const said = JSON.stringify(body);
    if (last.current.body !== said) last.current = { body: said, key: crypto.randomUUID() };
    return last.current.key;
  };
}
