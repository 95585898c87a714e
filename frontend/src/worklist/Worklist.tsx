import { Screen } from "../parts/Screen";

export function Worklist() {
  return <Screen title="Mijn werk">{null}</Screen>;
}
