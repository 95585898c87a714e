import { Screen } from "../parts/Screen";

export function CoverageScreen() {
  return <Screen title="Dekking">{null}</Screen>;
}
