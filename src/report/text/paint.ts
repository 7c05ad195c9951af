/** Colours by role. A chalk instance fits; without colour nothing is loaded. Colour only repeats what the words say. */
type Stroke = (text: string) => string;

export interface Paint {
  readonly bold: Stroke;
  readonly dim: Stroke;
  readonly red: Stroke;
  readonly green: Stroke;
  readonly yellow: Stroke;
  readonly blue: Stroke;
  readonly magenta: Stroke;
  readonly cyan: Stroke;
}

const same: Stroke = (text) => text;

export const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same, magenta: same, cyan: same };
