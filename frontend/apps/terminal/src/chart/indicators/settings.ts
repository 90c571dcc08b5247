import { type IndicatorType, indicatorType, SOURCES } from "./catalog.ts";

/** What a user chose for one of the indicators of a chart. It is stored in the browser. */
export interface IndicatorSettings {
  id: string;
  type: string;
  parameters: number[];
  source: string;
  colours: string[];
  width: number;
  /** Whether it is drawn over the prices, and not in a pane of its own. */
  isOnPrice: boolean;
  isHidden: boolean;
}

/** The number of indicators that a chart can have. */
export const INDICATORS_MAX = 20;
export const WIDTH_MAX = 4;

/** Colours that stand out from a light and a dark background, at least 3.5 to 1. */
export const PALETTE = ["#2f7de1", "#c96a00", "#a05bd6", "#00888f", "#d6478f", "#7d8500"] as const;

const paletteColour = (index: number): string => PALETTE[index % PALETTE.length] ?? PALETTE[0];

/** Return the settings that a new indicator begins with. */
export function initialSettings(type: IndicatorType, id: string, count = 0): IndicatorSettings {
  return {
    id,
    type: type.name,
    parameters: type.parameters.map(({ initial }) => initial),
    source: "close",
    colours: type.outputs.map(({ colour }) => paletteColour(colour + count)),
    width: 1,
    isOnPrice: type.place === "price",
    isHidden: false,
  };
}

/** Return a list of settings with unknown, incomplete or impossible ones left out or corrected. */
export function validSettings(list: unknown): IndicatorSettings[] {
  if (!Array.isArray(list)) return [];
  const ids = new Set<string>();
  const valid: IndicatorSettings[] = [];
  for (const each of list.slice(0, INDICATORS_MAX)) {
    const settings = validOne(each);
    if (settings === null || ids.has(settings.id)) continue;
    ids.add(settings.id);
    valid.push(settings);
  }
  return valid;
}

function validOne(value: unknown): IndicatorSettings | null {
  if (typeof value !== "object" || value === null) return null;
  const stored = value as Partial<Record<keyof IndicatorSettings, unknown>>;
  const type = indicatorType(String(stored.type));
  if (type === undefined || typeof stored.id !== "string" || stored.id === "") return null;
  const initial = initialSettings(type, stored.id);
  const parameters = listOf(stored.parameters);
  const colours = listOf(stored.colours);
  return {
    ...initial,
    parameters: type.parameters.map(({ min, max, step, initial }, index) => {
      const number = parameters[index];
      if (typeof number !== "number" || number < min || number > max) return initial;
      // A length is a whole number of bars.
      return step < 1 || Number.isInteger(number) ? number : initial;
    }),
    colours: initial.colours.map((colour, index) => {
      const stored = colours[index];
      return typeof stored === "string" && /^#[0-9a-f]{6}$/i.test(stored) ? stored : colour;
    }),
    source:
      typeof stored.source === "string" && Object.hasOwn(SOURCES, stored.source)
        ? stored.source
        : "close",
    width: [1, 2, 3, WIDTH_MAX].includes(Number(stored.width)) ? Number(stored.width) : 1,
    isOnPrice: typeof stored.isOnPrice === "boolean" ? stored.isOnPrice : initial.isOnPrice,
    isHidden: stored.isHidden === true,
  };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
