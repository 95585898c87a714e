import { Screen } from "../parts/Screen";

export function ProvisionScreen() {
  return <Screen title="Voorziening">{null}</Screen>;
}
