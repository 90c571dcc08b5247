// Names that the datafeed and the broker of TradingView's library share.

type Nominal<T, Name extends string> = T & { [Symbol.species]: Name };
export type ResolutionString = Nominal<string, "ResolutionString">;
export type AccountId = Nominal<string, "AccountId">;
export type FormatterName = Nominal<string, "FormatterName">;
export type Timezone = "Etc/UTC" | "America/New_York" | "Europe/London" | "Asia/Tokyo";
