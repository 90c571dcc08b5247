// What TradingView's Trading Platform library (v30) requires of a datafeed, a broker and its
// host, written from its public documentation. Only the members that the client meets are here.
// Nominal strings, string enums and index signatures are as strict as the library's.

export * from "./charting-library-broker.d.ts";
export * from "./charting-library-common.d.ts";
export * from "./charting-library-datafeed.d.ts";
