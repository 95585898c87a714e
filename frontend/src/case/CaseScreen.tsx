import { Screen } from "../parts/Screen";

export function CaseScreen() {
  return <Screen title="Zaak">{null}</Screen>;
}
