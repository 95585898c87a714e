import { Screen } from "../parts/Screen";

export function ProvisionsScreen() {
  return <Screen title="Voorzieningen">{null}</Screen>;
}
