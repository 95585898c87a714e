import { Screen } from "../parts/Screen";

export function IntakeScreen() {
  return <Screen title="Intake">{null}</Screen>;
}
