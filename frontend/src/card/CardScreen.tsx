import { Screen } from "../parts/Screen";

export function CardScreen() {
  return <Screen title="Loopbaankaart">{null}</Screen>;
}
